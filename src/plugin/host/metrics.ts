/** Plugins as text for monitoring: OpenMetrics 1.0, which Prometheus reads. */
import type { ManagedPlugin } from './managed-plugin.js'

/** A value, with its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** Writes what is known of plugins. */
export function openMetrics(plugins: readonly ManagedPlugin[]): string {
  const usages = plugins.flatMap(({ name, usage }) =>
    Object.entries(usage).map(([limit, { used, limit: most }]) => ({ labels: { plugin: name, limit }, used, most })),
  )
  return [
    ...family('libuv_wasm_plugin_usage', 'gauge', 'How much of a limit is used.', [
      ...usages.map(({ labels, used }): Sample => [labels, used]),
    ]),
    ...family('libuv_wasm_plugin_limit', 'gauge', 'The limit.', [
      ...usages.map(({ labels, most }): Sample => [labels, most]),
    ]),
    ...family('libuv_wasm_plugin_running', 'gauge', 'Whether the plugin runs.', [
      ...plugins.map(({ name, state }): Sample => [{ plugin: name }, state === 'running' ? 1 : 0]),
    ]),
    ...family('libuv_wasm_plugin_starts', 'counter', 'How often the plugin was started.', [
      ...plugins.map(({ name, starts }): Sample => [{ plugin: name }, starts]),
    ]),
    ...family('libuv_wasm_plugin_reloads', 'counter', 'How often the plugin was reloaded.', [
      ...plugins.map(({ name, reloads }): Sample => [{ plugin: name }, reloads]),
    ]),
    ...family('libuv_wasm_plugin_refusals', 'counter', 'What the policy has refused.', [
      ...plugins.map(({ name, refusals }): Sample => [{ plugin: name }, refusals]),
    ]),
    ...family('libuv_wasm_plugin_ends', 'counter', 'How guests have ended.', [
      ...plugins.flatMap(({ name, outcomes }) =>
        [...outcomes].map(([outcome, count]): Sample => [{ plugin: name, outcome }, count]),
      ),
    ]),
    '# EOF\n',
  ].join('\n')
}

function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string[] {
  const sample = type === 'counter' ? `${name}_total` : name
  return [
    `# TYPE ${name} ${type}`,
    `# HELP ${name} ${help}`,
    ...samples.map(([labels, value]) => {
      const texts = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
      return `${sample}{${texts.join(',')}} ${value === Number.POSITIVE_INFINITY ? '+Inf' : value}`
    }),
  ]
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
