#include "client/experiment/layer_list.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/experiment/vector_files.h"

namespace brainalign {
namespace {

constexpr char kFile[] = "layers.txt";
constexpr char kFlag[] = "--layer-order";
constexpr char kMeaning[] = "one layer name per line, from the first layer to the last";

}  // namespace

absl::StatusOr<LayerList> ReadLayerList(const std::string& dir, const std::string& layer_order,
                                        std::vector<std::string>& notes) {
  LayerList list;
  std::error_code ignored;
  if (layer_order.empty()) {
    if (!HasFile(dir, kFile)) return list;
    list.source = FilePath(dir, kFile);
  } else {
    if (HasFile(dir, kFile)) {
      notes.push_back(absl::StrCat(kFlag, " was followed and ", kFile, " left aside."));
    }
    list.source = std::filesystem::is_regular_file(layer_order, ignored) ? layer_order : kFlag;
  }
  if (list.source == kFlag) {
    for (const absl::string_view name : absl::StrSplit(layer_order, ',')) {
      list.names.emplace_back(absl::StripAsciiWhitespace(name));
    }
    return list;
  }
  absl::StatusOr<std::vector<std::string>> lines = ReadLines("", list.source, kMeaning);
  if (!lines.ok()) return lines.status();
  list.names = *std::move(lines);
  return list;
}

absl::Status CheckNoPath(const LayerList& list) {
  if (list.source != kFlag) return absl::OkStatus();
  for (const std::string& name : list.names) {
    const std::string ending =
        absl::AsciiStrToLower(std::filesystem::path(name).extension().string());
    const bool is_like_a_path = name.find('/') != std::string::npos || ending == ".txt" ||
                                ending == ".csv" || ending == ".tsv" || ending == ".json" ||
                                ending == ".list";
    if (!is_like_a_path) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(kFlag, " is \"", name, "\", and there is no such file; give a file with ",
                     kMeaning, ", or the names themselves"));
  }
  return absl::OkStatus();
}

}  // namespace brainalign
