#ifndef BRAINALIGN_TESTS_DURABILITY_STAGE_FREE_PORT_H_
#define BRAINALIGN_TESTS_DURABILITY_STAGE_FREE_PORT_H_

namespace brainalign {

// A loopback port that nobody listens on, below those that the system gives to
// clients: nobody takes it by accident while a server that had it is down.
int FreeListeningPort();

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_STAGE_FREE_PORT_H_
