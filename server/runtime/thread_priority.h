#ifndef BRAINALIGN_SERVER_RUNTIME_THREAD_PRIORITY_H_
#define BRAINALIGN_SERVER_RUNTIME_THREAD_PRIORITY_H_

namespace brainalign {

// Lowers the priority of the calling thread permanently, so that threads that serve calls get a
// core first. A call of a millisecond then does not wait for work of minutes. Without other load
// the thread has its whole core.
void StandBack();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RUNTIME_THREAD_PRIORITY_H_
