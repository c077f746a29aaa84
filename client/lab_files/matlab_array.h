#ifndef BRAINALIGN_CLIENT_LAB_FILES_MATLAB_ARRAY_H_
#define BRAINALIGN_CLIENT_LAB_FILES_MATLAB_ARRAY_H_

#include <cstdint>
#include <fstream>
#include <string>

namespace brainalign {

// Where a variable of a MATLAB file of version 5 to 7 lies.
struct MatlabElement {
  std::int64_t at = 0;     // in bytes, with its tag; of what is compressed, behind the tag of that
  std::int64_t bytes = 0;  // from there on
  bool is_compressed = false;
  bool is_big_endian = false;
};

// Whether the arrays of numbers in a variable have as many bytes as their axes need, those of
// fields of structs included. matio relies on it: it reads on beyond the variable, or fills in
// zeros. What is wrong, as a clause; empty if nothing is.
std::string WrongSizeIn(std::ifstream& file, const MatlabElement& element);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_MATLAB_ARRAY_H_
