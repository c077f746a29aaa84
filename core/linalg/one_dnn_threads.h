#ifndef BRAINALIGN_CORE_LINALG_ONE_DNN_THREADS_H_
#define BRAINALIGN_CORE_LINALG_ONE_DNN_THREADS_H_

// Declared here because not every compiler has omp.h.
extern "C" void omp_set_num_threads(int count);

namespace brainalign {

// Makes oneDNN, which uses OpenMP's threads, run on the calling thread only. Call it before each
// use of oneDNN on a thread.
inline void UseCallersOneDnnThread() { omp_set_num_threads(1); }

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_ONE_DNN_THREADS_H_
