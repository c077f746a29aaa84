#ifndef BRAINALIGN_BENCH_PRODUCTS_PRODUCTS_H_
#define BRAINALIGN_BENCH_PRODUCTS_PRODUCTS_H_

#include "bench/workload.h"
#include "nlohmann/json.hpp"

namespace brainalign {

// Times the bare matrix products that the job cannot do without, in single
// precision with OpenBLAS: X'X and X'Y over all words, at every time sample, with
// as many columns in Y as the job has targets (those of every fold where each fold
// has a PCA of its own). Threads of OpenBLAS and threads that each take a time
// sample of their own, several blocks of words and both orders of X in memory are
// tried; the quickest is timed on a sample of times and scaled to all.
nlohmann::json RunProducts(const Workload& workload, Preset preset, int threads);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_PRODUCTS_PRODUCTS_H_
