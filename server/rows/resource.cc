#include "server/rows/resource.h"

#include <cstddef>

#include "server/rows/project.h"

namespace brainalign {

std::string NameOf(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kRecording:
      return "recording";
    case ResourceKind::kWordTable:
      return "word table";
    case ResourceKind::kModel:
      return "model";
  }
  return "";
}

std::optional<ResourceName> NameOfResource(const std::string& project, const std::string& text) {
  const std::size_t slash = text.find('/');
  ResourceName named;
  named.project = slash == std::string::npos ? project : text.substr(0, slash);
  named.name = slash == std::string::npos ? text : text.substr(slash + 1);
  if (!IsProjectName(named.project) || !IsProjectName(named.name)) return std::nullopt;
  return named;
}

std::string FullNameOf(const std::string& project, const std::string& text) {
  const auto named = NameOfResource(project, text);
  return named ? named->FullName() : text;
}

}  // namespace brainalign
