#include "client/lab_files/import.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/experiment/destination.h"
#include "client/experiment/layer_order.h"
#include "client/experiment/vector_files.h"
#include "client/experiment/word_rows.h"
#include "client/experiment/word_table_file.h"
#include "client/lab_files/array_file.h"
#include "client/lab_files/import_plan.h"
#include "core/tensor/format/npy_header.h"
#include "core/tensor/format/safetensors_header.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

using LabFiles = std::vector<std::unique_ptr<LabFile>>;

absl::StatusOr<LabFiles> OpenAll(const std::vector<std::string>& paths) {
  LabFiles files;
  for (const std::string& path : paths) {
    absl::StatusOr<std::unique_ptr<LabFile>> file = LabFile::Open(path);
    if (!file.ok()) return file.status();
    files.push_back(*std::move(file));
  }
  return files;
}

std::string CrashedAt(const std::vector<std::string>& paths) {
  return absl::StrCat(absl::StrJoin(paths, " or "),
                      " is damaged so that the library that reads it fails; copy it again");
}

std::int64_t BytesOf(const PlannedArray& array) {
  std::int64_t elements = 1;
  for (const std::int64_t length : array.source().shape) elements *= length;
  return elements * static_cast<std::int64_t>(ElementSize(array.source().type));
}

// How many bytes of all that are to be read were read.
class ReadBytes {
 public:
  ReadBytes(const std::vector<PlannedFile>& planned, ByteProgress report)
      : report_(std::move(report)) {
    for (const PlannedFile& file : planned) {
      for (const PlannedArray& array : file.arrays) all_ += BytesOf(array);
    }
  }

  void Add(std::int64_t bytes) {
    done_ += bytes;
    report_(done_, all_);
  }

 private:
  const ByteProgress report_;
  std::int64_t all_ = 0;
  std::int64_t done_ = 0;
};

// Of each axis of the variable, the distance of neighbours in the array, in elements.
std::vector<std::int64_t> StridesOf(const PlannedArray& array) {
  const std::vector<std::int64_t>& shape = array.spec.shape;
  std::vector<std::int64_t> strides(array.source().shape.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = array.spec.order == Order::kC ? shape.size() - 1 - i : i;
    if (array.axes[axis] >= 0) strides[static_cast<std::size_t>(array.axes[axis])] = stride;
    stride *= shape[axis];
  }
  return strides;
}

// Writes the array from byte `offset` of the file's data on.
absl::Status WriteArray(const PlannedArray& array, std::int64_t block_bytes, ArrayFile& out,
                        std::int64_t offset, ReadBytes& read) {
  const LabVariable& source = array.source();
  const ElementTarget target{out.data() + offset, array.spec.dtype, StridesOf(array)};
  return array.file->Read(array.variable, block_bytes, [&](const LabBlock& block) -> absl::Status {
    const std::optional<std::string> lost =
        CopyBlock(block, source.type, array.file->order(), target);
    if (lost) {
      return absl::InvalidArgumentError(
          absl::StrCat("variable ", QuoteName(source.name), " of ", array.file->path(), " holds ",
                       *lost, ", which ", DTypeName(array.spec.dtype),
                       " does not hold exactly; save it as double or in a smaller unit"));
    }
    out.LetGo();
    std::int64_t elements = 1;
    for (const std::int64_t count : block.count) elements *= count;
    read.Add(elements * static_cast<std::int64_t>(ElementSize(source.type)));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> HeaderOf(const PlannedFile& file) {
  if (absl::EndsWith(file.name, ".npy")) return EncodeNpyHeader(file.arrays.front().spec);
  std::vector<SafetensorsEntry> entries;
  for (const PlannedArray& array : file.arrays) entries.push_back({array.name, array.spec, 0});
  return EncodeSafetensorsHeader(entries);
}

absl::Status WriteFile(const PlannedFile& file, const std::string& folder, std::int64_t block_bytes,
                       ReadBytes& read) {
  const absl::StatusOr<std::string> header = HeaderOf(file);
  if (!header.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write ", file.name, ": ", header.status().message()));
  }
  std::int64_t all = 0;
  for (const PlannedArray& array : file.arrays) {
    const absl::StatusOr<std::int64_t> bytes = SizeInBytes(array.spec);
    if (!bytes.ok()) return bytes.status();
    all += *bytes;
  }
  absl::StatusOr<std::unique_ptr<ArrayFile>> out =
      ArrayFile::Create(FilePath(folder, file.name), *header, all);
  if (!out.ok()) return out.status();
  std::int64_t offset = 0;
  for (const PlannedArray& array : file.arrays) {
    if (absl::Status status = WriteArray(array, block_bytes, **out, offset, read); !status.ok()) {
      return status;
    }
    offset += SizeInBytes(array.spec).value();
  }
  return (*out)->Finish();
}

// "meg.npy is f32 (600, 24, 31), of variable 'epochs' of subject.mat."
std::string Sentence(const PlannedFile& file) {
  const PlannedArray& first = file.arrays.front();
  const LabVariable& source = first.source();
  std::string text;
  if (file.arrays.size() == 1) {
    text = absl::StrCat(file.name, " is ", Describe(first.spec), ", of variable ",
                        QuoteName(source.name), " of ", first.file->path());
  } else {
    text = absl::StrCat(file.name, " has ", file.arrays.size(), " layers, ", QuoteName(first.name),
                        " ", Describe(first.spec), " to ", QuoteName(file.arrays.back().name),
                        ", of ", first.file->path());
  }
  const bool is_converted = !IsFloating(source.type) && IsFloating(first.spec.dtype);
  if (is_converted) {
    absl::StrAppend(&text, ", whose ", source.kind, " it holds exactly");
  }
  return text + ".";
}

absl::Status RefuseOverwriting(const std::string& dir, const std::vector<PlannedFile>& planned) {
  for (const PlannedFile& file : planned) {
    if (HasFile(dir, file.name)) return IsThereAlready(dir, file.name);
    if (!absl::StartsWith(file.name, "activations.")) continue;
    // Of two, one would be left aside.
    for (const char* const name : {"activations.npy", "activations.safetensors"}) {
      if (HasFile(dir, name)) return IsThereAlready(dir, name);
    }
  }
  return absl::OkStatus();
}

// Copies the word table, and what describes its columns, under the names of an experiment.
absl::Status CopyWords(const ImportOptions& options, const std::vector<PlannedFile>& planned,
                       const std::string& folder, std::vector<std::string>& notes) {
  const absl::StatusOr<WordTableFile> table = ReadWordTableFile(options.words, notes);
  if (!table.ok()) return table.status();
  for (const PlannedFile& file : planned) {
    const std::vector<std::int64_t>& shape = file.arrays.front().spec.shape;
    absl::Status status;
    if (file.name == "activations.npy")
      status = CheckRows(*table, shape[1], "the activations have");
    if (file.name == "activations.safetensors") {
      status = CheckRows(*table, shape[0], "the activations have");
    }
    if (file.name == "meg.npy") status = CheckRows(*table, shape[0], "meg.npy has");
    if (!status.ok()) return status;
  }
  const fs::path from = options.words;
  std::string extension = from.extension().string();
  extension = extension == ".csv" ? extension : ".tsv";
  for (const std::string& name : {std::string("words.tsv"), std::string("words.csv")}) {
    if (HasFile(options.dir, name)) return IsThereAlready(options.dir, name);
  }
  std::error_code error;
  fs::copy_file(from, fs::path(folder) / absl::StrCat("words", extension), error);
  const fs::path described = fs::path(from).replace_extension(".json");
  if (!error && extension == ".tsv" && fs::exists(described, error) && !error) {
    if (HasFile(options.dir, "words.json")) return IsThereAlready(options.dir, "words.json");
    fs::copy_file(described, fs::path(folder) / "words.json", error);
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot copy ", options.words));
  }
  notes.push_back(absl::StrCat("words", extension, " is ", options.words, ", with ", table->words(),
                               " words."));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> WriteAll(const ImportOptions& options,
                                                  const std::string& folder,
                                                  const ByteProgress& report) {
  std::vector<Taking> takings;
  for (const std::string& text : options.takings) {
    absl::StatusOr<Taking> taking = ParseTaking(text);
    if (!taking.ok()) return taking.status();
    takings.push_back(*std::move(taking));
  }
  absl::StatusOr<LabFiles> files = OpenAll(options.files);
  if (!files.ok()) return files.status();
  const absl::StatusOr<std::vector<PlannedFile>> planned = PlanImport(*files, takings);
  if (!planned.ok()) return planned.status();
  if (absl::Status status = RefuseOverwriting(options.dir, *planned); !status.ok()) return status;
  std::vector<std::string> notes;
  if (!options.words.empty()) {
    if (absl::Status status = CopyWords(options, *planned, folder, notes); !status.ok()) {
      return status;
    }
  }
  ReadBytes read(*planned, report);
  for (const PlannedFile& file : *planned) {
    if (absl::Status status = WriteFile(file, folder, options.block_bytes, read); !status.ok()) {
      return status;
    }
    notes.push_back(Sentence(file));
  }
  return notes;
}

Json DescribeFile(const LabFile& file) {
  Json variables = Json::array();
  for (const LabVariable& variable : file.variables()) {
    Json described = {{"name", variable.name}, {"type", variable.kind}, {"shape", variable.shape}};
    if (!variable.refusal.empty()) described["refusal"] = variable.refusal;
    variables.push_back(std::move(described));
  }
  return {{"file", file.path()}, {"format", file.format()}, {"variables", std::move(variables)}};
}

std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ImportLabFiles(const ImportOptions& options,
                                                        const ImportRun& run) {
  absl::StatusOr<std::unique_ptr<Destination>> destination = Destination::Create(options.dir);
  if (!destination.ok()) return destination.status();
  const std::string folder = (*destination)->folder();
  const absl::StatusOr<std::string> answer = RunApart(
      [&](const ByteProgress& report) -> absl::StatusOr<std::string> {
        const absl::StatusOr<std::vector<std::string>> notes = WriteAll(options, folder, report);
        if (!notes.ok()) return notes.status();
        return absl::StrJoin(*notes, std::string(1, '\0'));
      },
      CrashedAt(options.files), run.stop, run.on_progress);
  if (!answer.ok()) return answer.status();
  if (absl::Status status = (*destination)->Commit(); !status.ok()) return status;
  return std::vector<std::string>(absl::StrSplit(*answer, '\0'));
}

absl::StatusOr<std::string> ListLabFiles(const std::vector<std::string>& files,
                                         const std::stop_token& stop) {
  return RunApart(
      [&files](const ByteProgress&) -> absl::StatusOr<std::string> {
        const absl::StatusOr<LabFiles> opened = OpenAll(files);
        if (!opened.ok()) return opened.status();
        Json list = Json::array();
        for (const auto& file : *opened) list.push_back(DescribeFile(*file));
        return Dump(list, 1) + "\n";
      },
      CrashedAt(files), stop, nullptr);
}

}  // namespace brainalign
