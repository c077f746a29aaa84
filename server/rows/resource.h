#ifndef BRAINALIGN_SERVER_ROWS_RESOURCE_H_
#define BRAINALIGN_SERVER_ROWS_RESOURCE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace brainalign {

// Values are part of the bytes on disk: append only.
enum class ResourceKind : std::uint8_t { kRecording = 1, kWordTable = 2, kModel = 3 };

// "recording", "word table", "model".
std::string NameOf(ResourceKind kind);

// The common fields of the resources that a project keeps under a name.
struct Resource {
  std::string project;
  std::string name;
  std::string person;  // who created it
  std::string request_id;
  std::string body_digest;  // of everything that was asked for
  std::string display_name;
  std::string description;
  absl::Time create_time = absl::InfinitePast();

  // As clients name it.
  std::string FullName() const { return project + "/" + name; }
};

// The resource that a request made.
struct MadeResource {
  ResourceKind kind = ResourceKind::kRecording;
  std::string name;
  std::string body_digest;
};

struct ResourceName {
  std::string project;
  std::string name;

  std::string FullName() const { return project + "/" + name; }
};

// The resource that `text` names for a caller of `project`: PROJECT/NAME, or NAME in `project`.
// Nothing if `text` is not a valid name.
std::optional<ResourceName> NameOfResource(const std::string& project, const std::string& text);

// PROJECT/NAME of the resource that `text` names for a caller of `project`; `text` itself if it is
// not a valid name.
std::string FullNameOf(const std::string& project, const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_RESOURCE_H_
