/* The histogram against values whose quantiles are known. */
#include "load.h"

static void expect(const char *what, double value, double truth) {
  double error = value / truth - 1;
  printf("%-28s %14.1f for %14.1f: %+.3f %%\n", what, value, truth, error * 100);
  if (error > 0.01 || error < -0.01) die("off by more than 1 %%: %s", what);
}

static void each_value_is_told_within_one_percent(void) {
  static struct histogram h;
  double worst = 0;
  for (uint64_t value = 1; value < UINT64_C(1) << 45; value += 1 + value / 97) {
    memset(&h, 0, sizeof h);
    histogram_add(&h, value, 1);
    histogram_add(&h, INT64_C(1) << 46, 1); /* so that the maximum does not cap it */
    double error = histogram_quantile(&h, 0.5) / value - 1;
    if (error < 0) error = -error;
    if (error > worst) worst = error;
  }
  printf("worst error of a value: %.3f %%\n", worst * 100);
  if (worst > 0.005) die("a value is told with an error of %g", worst);
}

/* 1 to 1,000,000 us, each once: the quantile q is q seconds. */
static void quantiles_of_a_uniform_distribution(void) {
  static struct histogram h;
  for (int64_t i = 1; i <= 1000000; i++) histogram_add(&h, i * 1000, 1);
  expect("uniform p50", histogram_quantile(&h, 0.5), 0.5e9);
  expect("uniform p90", histogram_quantile(&h, 0.9), 0.9e9);
  expect("uniform p99", histogram_quantile(&h, 0.99), 0.99e9);
  expect("uniform p99.9", histogram_quantile(&h, 0.999), 0.999e9);
  expect("uniform max", h.max, 1e9);
}

/* Nine of ten at 20 us, 99 of 1,000 at 1 ms, one of 1,000 at 200 ms. */
static void quantiles_of_steps(void) {
  static struct histogram h;
  histogram_add(&h, 20000, 900);
  histogram_add(&h, 1000000, 99);
  histogram_add(&h, 200000000, 1);
  expect("steps p50", histogram_quantile(&h, 0.5), 20000);
  expect("steps p90", histogram_quantile(&h, 0.9), 20000);
  expect("steps p99", histogram_quantile(&h, 0.99), 1000000);
  expect("steps p99.9", histogram_quantile(&h, 0.999), 1000000);
  expect("steps p100", histogram_quantile(&h, 1), 200000000);
}

void selftest(void) {
  each_value_is_told_within_one_percent();
  quantiles_of_a_uniform_distribution();
  quantiles_of_steps();
}
