/** libuv's loop and handles in WebAssembly, on the host of your choice. */
export type { Address, Address4, Address6 } from './base/address.js'
export type { ErrnoName } from './base/errno.js'
export { type AuditLine, type AuditLog, auditLog } from './guard/audit-log.js'
export type { Attempt, Decision, Refusal } from './guard/decision.js'
export type { Explanation, PolicyQuestion } from './guard/explain.js'
export type { PolicyHooks } from './guard/judge.js'
export { type LimitedHost, limitedHost } from './guard/limits/limited-host.js'
export type { LimitHooks, NetworkUsage, Usage } from './guard/limits/meters.js'
export {
  DEFAULT_NETWORK_LIMITS,
  type NetworkLimitName,
  type NetworkLimits,
} from './guard/limits/network-limits.js'
export type { Rate } from './guard/limits/token-bucket.js'
export { Policy } from './guard/policy.js'
export { policyHost } from './guard/policy-host.js'
export type { PolicyRule, PolicyRules, RuleObject, RulesByAction } from './guard/rules/policy-rules.js'
export type { Action, Protocol, Verdict } from './guard/rules/rule.js'
export { HostError } from './host/contract/error.js'
export { Host } from './host/contract/host.js'
export { type HostsEntries, type VirtualHostOptions, virtualHost } from './host/virtual.js'
export type { ModuleSource } from './runtime/module.js'
export { Trace, type TraceSink, type TraceTopic } from './runtime/trace.js'
export type { AddressLike } from './uv/address.js'
export { Async, type AsyncOptions } from './uv/async.js'
export { Check, type CheckOptions } from './uv/check.js'
export { ArgumentError, ClosedHandleError, ClosedLoopError, UVError } from './uv/errors.js'
export { Handle, type OnClosed } from './uv/handle.js'
export { Idle, type IdleOptions } from './uv/idle.js'
export type { LookupOptions } from './uv/lookup.js'
export { type ErrorHandler, Loop } from './uv/loop/loop.js'
export type { LoopMetrics, LoopResources } from './uv/loop/loop-metrics.js'
export type { LoopOptions } from './uv/loop/loop-options.js'
export { RunMode } from './uv/loop/run-mode.js'
export { Prepare, type PrepareOptions } from './uv/prepare.js'
export {
  type OnRequest,
  PipeConnectRequest,
  Request,
  ShutdownRequest,
  StreamRequest,
  TCPConnectRequest,
  UDPSendRequest,
  WriteRequest,
} from './uv/request.js'
export { StatusCode, type StatusCodes, type StatusName, statusName } from './uv/status.js'
export { AddressError, ConnectError } from './uv/streams/connect-attempts.js'
export { Pipe, PipeFlags, PipeMode, type PipeOptions } from './uv/streams/pipe.js'
export { type Buffers, type OnConnection, type OnRead, Stream } from './uv/streams/stream.js'
export { TCP, TCPFlags, type TCPOptions } from './uv/streams/tcp.js'
export type { WebStreams } from './uv/streams/web-streams.js'
export { Timer, type TimerOptions } from './uv/timer.js'
export { type OnReceive, UDP, UDPFlags, type UDPMessage, type UDPOptions } from './uv/udp.js'
export { type WasiOptions, type WasiProvider, wasmerWasi } from './wasi/provider.js'
