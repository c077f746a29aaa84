#ifndef BRAINALIGN_CORE_LINALG_ONE_DNN_THREADS_H_
#define BRAINALIGN_CORE_LINALG_ONE_DNN_THREADS_H_

// Declared here: not every compiler brings omp.h.
extern "C" void omp_set_num_threads(int count);

namespace brainalign {

// Holds oneDNN, whose threads are OpenMP's, to the calling thread: the threads are the
// caller's. To be called before each use on a thread.
inline void UseCallersOneDnnThread() { omp_set_num_threads(1); }

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_ONE_DNN_THREADS_H_
