#ifndef BRAINALIGN_CORE_VERSION_H_
#define BRAINALIGN_CORE_VERSION_H_

namespace brainalign {

// The version of programs and libraries, such as "0.1.0", from the top CMakeLists.txt. Results
// depend on NumericsVersion() instead.
const char* Version();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_VERSION_H_
