#ifndef BRAINALIGN_CLIENT_LAB_FILES_TAKING_H_
#define BRAINALIGN_CLIENT_LAB_FILES_TAKING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// The files of an experiment's folder that can be made from arrays.
struct TakenName {
  enum class Kind {
    kArray,         // floating-point numbers with axes
    kNumbers,       // a floating-point number for each of something
    kWholeNumbers,  // the same, or whole numbers
    kNumber,        // a single one
  };

  const char* name;
  Kind kind;
  std::vector<std::string> axes;  // of kArray, in the order of the experiment's file
};

const std::vector<TakenName>& TakenNames();

// NAME=VARIABLE[:AXIS,AXIS,...] as it is typed.
struct Taking {
  const TakenName* taken = nullptr;
  std::string variable;           // may hold *, which stands for any characters
  std::vector<std::string> axes;  // of the variable, in its order; empty: as the experiment's
  std::string text;               // as it was typed, for messages; empty: found by its name
};

// INVALID_ARGUMENT with one sentence that says what would be right.
absl::StatusOr<Taking> ParseTaking(const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_TAKING_H_
