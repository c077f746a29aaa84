#ifndef BRAINALIGN_CORE_VERSION_H_
#define BRAINALIGN_CORE_VERSION_H_

namespace brainalign {

// Of the programs and libraries, such as "0.1.0": the one in the top CMakeLists.txt. What
// a result depends on is NumericsVersion().
const char* Version();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_VERSION_H_
