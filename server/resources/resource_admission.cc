#include "server/resources/resource_admission.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/jobs/check_specification.h"
#include "server/rows/project.h"
#include "server/rows/status_details.h"

namespace brainalign {

absl::StatusOr<std::optional<std::string>> ResourceAdmission::Admit(
    const Resource& asked, bool is_taken, const std::vector<ResourceTensor>& tensors) const {
  auto made = store_->FindResourceByRequest(asked.project, asked.request_id);
  if (!made.ok()) return made.status();
  if (made->has_value()) {
    const bool is_same = (*made)->kind == kind_ && (*made)->body_digest == asked.body_digest;
    if (!is_same) return RequestIdUsedError(asked.request_id);
    return std::optional((*made)->name);
  }
  if (is_taken) {
    return WithReason(
        absl::AlreadyExistsError(absl::StrCat("there is a ", NameOf(kind_), " ", asked.FullName(),
                                              " already; choose another name, or delete it first")),
        "RESOURCE_EXISTS", {{"kind", NameOf(kind_)}, {"name", asked.FullName()}});
  }
  if (absl::Status status = CheckCount(asked.project); !status.ok()) return status;
  if (absl::Status status = UseTensors(asked.project, tensors); !status.ok()) return status;
  if (absl::Status status = CheckSizes(tensors); !status.ok()) return status;
  return std::optional<std::string>();
}

absl::Status ResourceAdmission::CheckCount(const std::string& project) const {
  const auto count = store_->CountResources(kind_, project);
  if (!count.ok()) return count.status();
  const std::int64_t limit = limits_.max_resources_of_project;
  if (*count < limit) return absl::OkStatus();
  return QuotaError("project " + project,
                    absl::StrCat("project ", project, " has ", *count, " ", NameOf(kind_),
                                 "s, and may have ", limit, "; delete some first"),
                    "QUOTA_RESOURCES",
                    {{"kind", NameOf(kind_)},
                     {"project", project},
                     {"limit", absl::StrCat(limit)},
                     {"usage", absl::StrCat(*count)}});
}

absl::Status ResourceAdmission::CheckSizes(const std::vector<ResourceTensor>& tensors) const {
  for (const ResourceTensor& tensor : tensors) {
    const auto blob = store_->FindBlob(tensor.ref.digest);
    if (!blob.ok()) return blob.status();
    if (!blob->has_value()) continue;  // removed this moment, as it can be at any later one
    const auto needed = SizeInBytes(tensor.ref.spec);
    if (needed.ok() && *needed == (*blob)->size_bytes) continue;
    return InvalidFieldError(
        tensor.field, needed.ok()
                          ? absl::StrCat("is ", Describe(tensor.ref.spec), ", which needs ",
                                         *needed, " bytes; the tensor has ", (*blob)->size_bytes)
                          : std::string(needed.status().message()));
  }
  return absl::OkStatus();
}

absl::Status ResourceAdmission::UseTensors(const std::string& project,
                                           const std::vector<ResourceTensor>& tensors) const {
  std::vector<PreconditionViolation> missing;
  for (const ResourceTensor& tensor : tensors) {
    auto held = tensors_->Use(project, tensor.ref.digest);
    if (!held.ok()) return held.status();
    if (*held) continue;
    missing.push_back({"TENSOR_MISSING", tensor.ref.digest,
                       absl::StrCat(tensor.field, " is not on the server; upload it first")});
  }
  if (missing.empty()) return absl::OkStatus();
  return PreconditionError(
      absl::StrCat("the ", NameOf(kind_), "'s tensor ", missing.front().subject,
                   " is not on the server; upload it first"),
      "TENSOR_MISSING", missing);
}

absl::StatusOr<std::string> ResourceAdmission::DigestOfWordTable(const std::string& project,
                                                                 const std::string& name,
                                                                 std::int64_t words) const {
  if (name.empty()) return std::string();
  const auto found = FindOwn<WordTable>(
      project, name, [&](const std::string& own) { return store_->FindWordTable(project, own); });
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    return InvalidFieldError("word_table",
                             absl::StrCat("is '", absl::CHexEscape(name.substr(0, 130)),
                                          "', and your project has no such word table; "
                                          "brainalign word-table list shows those that it has"));
  }
  if ((*found)->words() != words) {
    return InvalidFieldError(
        "word_table", absl::StrCat("is ", (*found)->FullName(), ", which has ", (*found)->words(),
                                   " words; the ", NameOf(kind_), " has ", words));
  }
  return (*found)->digest;
}

std::string OwnNameOf(const std::string& project, const std::string& text) {
  const auto named = NameOfResource(project, text);
  return named && named->project == project ? named->name : text;
}

void CheckText(const std::string& field, const std::string& text, const JobLimits& limits,
               FieldProblems& problems) {
  CheckName(field, text, limits.max_name_bytes, problems);
}

void CheckResource(const Resource& resource, const JobLimits& limits, FieldProblems& problems) {
  if (std::string bad = DescribeBadRequestId(resource.request_id, limits); !bad.empty()) {
    problems.push_back({"request_id", std::move(bad)});
  }
  if (!IsProjectName(resource.name)) {
    problems.push_back({"name", "is " + DescribeBadProjectName(resource.name)});
  }
  CheckText("display_name", resource.display_name, limits, problems);
  CheckText("description", resource.description, limits, problems);
}

void CheckRecordSize(const std::string& field, const std::string& record, const JobLimits& limits,
                     FieldProblems& problems) {
  if (std::ssize(record) <= limits.max_resource_bytes) return;
  problems.AddOverLimit(
      field,
      absl::StrCat("take ", record.size(), " bytes with the other fields; at most ",
                   limits.max_resource_bytes, ": use shorter texts"),
      std::ssize(record), limits.max_resource_bytes);
}

absl::Status CheckOwnName(ResourceKind kind, const std::string& project, const std::string& text) {
  const auto named = NameOfResource(project, text);
  if (!named || named->project == project) return absl::OkStatus();
  return ResourceNotFoundError(
      kind, text,
      absl::StrCat("only project ", named->project, " could change it, and yours is ", project));
}

absl::Status ResourceNotFoundError(ResourceKind kind, const std::string& name,
                                   const std::string& hint) {
  const std::string shown = absl::CHexEscape(name.substr(0, 130));
  return WithReason(
      absl::NotFoundError(absl::StrCat("there is no ", NameOf(kind), " '", shown, "'; ", hint)),
      "RESOURCE_NOT_FOUND", {{"kind", NameOf(kind)}, {"name", shown}});
}

}  // namespace brainalign
