/* SPDX-License-Identifier: MIT */

/* A heap for timers that replaces libuv's heap-inl.h and has the same names, so
 * that libuv's timer.c can be compiled with it. No two timers compare as equal,
 * so any heap returns them in the same order.
 *
 * libuv's heap is a binary one. It finds the place of a timer that expires or
 * is stopped by a walk down and up, and with many timers each step is a cache
 * miss. This is a pairing heap: a tree in which parents come before their
 * children, with no other order. Starting a timer takes one comparison. A timer
 * that is stopped usually has no children and is only unlinked; otherwise its
 * children are melded in pairs. Timers that expire in the same millisecond form
 * one list, so that finding the next one of a list is one step.
 *
 * Fredman, Sedgewick, Sleator, Tarjan: The pairing heap, a new form of
 * self-adjusting heap (1986).
 */

#ifndef UV_SRC_HEAP_H_
#define UV_SRC_HEAP_H_

#include "uv.h"
#include "uv-common.h"

#include <assert.h>
#include <stddef.h>

/* From this number of children on, those that expire at the same time are
 * chained first; and the number of different times that are tracked while doing
 * so.
 */
#define UVP__MANY 64
#define UVP__TIMES 256

/* Three pointers, as in uv_timer_t.
 *
 * next: the next child of the same parent.
 * prev: the previous child, or the parent of the first one.
 */
struct heap_node {
  struct heap_node* child;
  struct heap_node* next;
  struct heap_node* prev;
};

/* libuv's loop.c also clears a number of nodes, which this heap does not have.
 */
struct heap {
  struct heap_node* min;
};

typedef int (*heap_compare_fn)(const struct heap_node* a,
                               const struct heap_node* b);


static struct heap_node* heap_min(const struct heap* heap) {
  return heap->min;
}


static uint64_t uvp__due(const struct heap_node* node) {
  return container_of(node, uv_timer_t, node.heap)->timeout;
}


/* Makes a node the first child of another, which is returned. */
static struct heap_node* uvp__adopt(struct heap_node* parent,
                                    struct heap_node* child) {
  assert(parent != child);
  child->prev = parent;
  child->next = parent->child;
  if (child->next != NULL)
    child->next->prev = child;

  parent->child = child;
  return parent;
}


/* Melds two trees into one. */
static struct heap_node* uvp__meld(struct heap_node* a,
                                   struct heap_node* b,
                                   heap_compare_fn less_than) {
  return less_than(b, a) ? uvp__adopt(b, a) : uvp__adopt(a, b);
}


/* Chains those nodes of a list that expire at the same time and are in
 * descending order, as they are if nothing has moved them since they were
 * started. Only `next` is valid in the remaining nodes.
 */
static struct heap_node* uvp__chain_equals(struct heap_node* list,
                                           heap_compare_fn less_than) {
  struct heap_node* times[UVP__TIMES] = { NULL };
  struct heap_node** slot;
  struct heap_node* next;
  struct heap_node* left;
  int i;

  left = NULL;

  for (; list != NULL; list = next) {
    next = list->next;
    slot = &times[(size_t) uvp__due(list) % UVP__TIMES];

    if (*slot == NULL) {
      *slot = list;
    } else if (uvp__due(list) == uvp__due(*slot) && less_than(list, *slot)) {
      *slot = uvp__adopt(list, *slot);
    } else {
      (*slot)->next = left;
      left = *slot;
      *slot = list;
    }
  }

  for (i = 0; i < UVP__TIMES; i++) {
    if (times[i] == NULL)
      continue;

    times[i]->next = left;
    left = times[i];
  }

  return left;
}


/* Melds neighbors, and then the pairs one by one. */
static struct heap_node* uvp__meld_pairs(struct heap_node* list,
                                         heap_compare_fn less_than) {
  struct heap_node* pairs;
  struct heap_node* pair;
  struct heap_node* next;

  assert(list != NULL);
  pairs = NULL;

  for (; list != NULL; list = next) {
    pair = list;
    next = list->next;
    if (next != NULL) {
      list = next;
      next = list->next;
      pair = uvp__meld(pair, list, less_than);
    }

    pair->next = pairs;
    pairs = pair;
  }

  for (pair = pairs, pairs = pairs->next; pairs != NULL; pairs = next) {
    next = pairs->next;
    pair = uvp__meld(pair, pairs, less_than);
  }

  return pair;
}


/* Melds the children of a node into one tree, without the node itself. */
static struct heap_node* uvp__meld_children(struct heap_node* node,
                                            heap_compare_fn less_than) {
  struct heap_node* list;
  int count;

  list = node->child;
  if (list == NULL)
    return NULL;

  for (count = 0; list != NULL && count < UVP__MANY; count++)
    list = list->next;

  list = node->child;
  if (count == UVP__MANY)
    list = uvp__chain_equals(list, less_than);

  list = uvp__meld_pairs(list, less_than);
  list->next = NULL;
  list->prev = NULL;
  return list;
}


static void heap_insert(struct heap* heap,
                        struct heap_node* node,
                        heap_compare_fn less_than) {
  assert(heap->min == NULL ||
         (heap->min->prev == NULL && heap->min->next == NULL));
  node->child = NULL;
  node->next = NULL;
  node->prev = NULL;
  if (heap->min != NULL)
    node = uvp__meld(heap->min, node, less_than);

  heap->min = node;
}


static void heap_remove(struct heap* heap,
                        struct heap_node* node,
                        heap_compare_fn less_than) {
  struct heap_node* children;

  children = uvp__meld_children(node, less_than);
  if (node == heap->min) {
    heap->min = children;
    return;
  }

  assert(node->prev != NULL && "only the root has no parent");
  if (node->prev->child == node)
    node->prev->child = node->next;
  else
    node->prev->next = node->next;

  if (node->next != NULL)
    node->next->prev = node->prev;

  if (children != NULL)
    heap->min = uvp__meld(heap->min, children, less_than);
}

#endif  /* UV_SRC_HEAP_H_ */
