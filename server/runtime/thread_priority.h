#ifndef BRAINALIGN_SERVER_RUNTIME_THREAD_PRIORITY_H_
#define BRAINALIGN_SERVER_RUNTIME_THREAD_PRIORITY_H_

namespace brainalign {

// Makes the calling thread stand back for good whenever threads that serve want a core:
// a call that takes a millisecond does not wait for work that takes minutes. Alone, it
// has all of its core.
void StandBack();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RUNTIME_THREAD_PRIORITY_H_
