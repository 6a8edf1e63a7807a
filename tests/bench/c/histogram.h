/* A log-linear histogram of nanoseconds: each power of two has 128 steps, so a value is told with at most 0.8 % between
   the ends of its step, 0.4 % from its middle. */
#pragma once
#include <stdint.h>

enum { HISTOGRAM_BITS = 7, HISTOGRAM_STEPS = 1 << HISTOGRAM_BITS, HISTOGRAM_SIZE = (64 - HISTOGRAM_BITS + 1) * HISTOGRAM_STEPS };

struct histogram {
  uint64_t count, max, counts[HISTOGRAM_SIZE];
};

/* How far a value is shifted until 7 bits follow its first one; values below 256 are exact. */
static inline unsigned histogram_shift(uint64_t value) {
  unsigned bits = 64 - __builtin_clzll(value | 1);
  return bits > HISTOGRAM_BITS + 1 ? bits - HISTOGRAM_BITS - 1 : 0;
}

static inline void histogram_add(struct histogram *h, int64_t nanoseconds, uint64_t times) {
  uint64_t value = nanoseconds > 0 ? nanoseconds : 0;
  unsigned shift = histogram_shift(value);
  h->counts[shift * HISTOGRAM_STEPS + (value >> shift)] += times;
  h->count += times;
  if (value > h->max) h->max = value;
}

/* The middle of the step that holds the value below or at which this part of all values is. */
static inline double histogram_quantile(const struct histogram *h, double part) {
  uint64_t rank = part * h->count, seen = 0;
  if (rank < part * h->count || rank == 0) rank++;
  for (unsigned i = 0; i < HISTOGRAM_SIZE; i++) {
    if ((seen += h->counts[i]) < rank) continue;
    unsigned shift = i < 2 * HISTOGRAM_STEPS ? 0 : i / HISTOGRAM_STEPS - 1;
    uint64_t low = (uint64_t)(i - shift * HISTOGRAM_STEPS) << shift;
    double middle = low + ((UINT64_C(1) << shift) - 1) / 2.0;
    return middle < h->max ? middle : h->max;
  }
  return 0;
}
