#ifndef BRAINALIGN_SERVER_ACCESS_PERMISSIONS_H_
#define BRAINALIGN_SERVER_ACCESS_PERMISSIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/rows/project.h"

// Permissions: one table of roles, methods and the owner of the object.

namespace brainalign {

// Each may do all that those before it may. Values are part of the protocol.
enum class Role {
  kReader = 1,     // sees the project's jobs and results
  kSubmitter = 2,  // uploads, submits, and cancels and deletes its own objects
  kAdmin = 3,      // cancels and deletes objects of others, seals recordings, sees submissions
};

// "reader", "submitter", "admin".
std::string NameOf(Role role);
std::optional<Role> RoleFromName(const std::string& name);

// The caller.
struct Caller {
  std::string peer;      // address, for logs
  std::string entry_id;  // in the access list; empty on a server that asks for no token
  std::string person;    // empty: nobody in particular
  std::string project = kDefaultProject;
  Role role = Role::kAdmin;
  // Of no project in particular but of the server: sees and ends the jobs of all, and may
  // look after the server. Uploads and submits in `project` like everyone.
  bool all_projects = true;
  absl::Time expire_time = absl::InfiniteFuture();
};

// The methods of the server's services.
enum class Method {
  kGetServerInfo,
  kFindMissingTensors,
  kStartUpload,
  kWriteUpload,
  kQueryUpload,
  kCancelUpload,
  kReadTensor,
  kCreateJob,
  kGetJob,
  kGetJobSpecification,
  kListJobs,
  kCancelJob,
  kDeleteJob,
  kWatchJob,
  kGetJobResult,
  kReadResultArray,
  kReadUncertainty,
  kCreateRecording,
  kDeleteRecording,
  kSealRecording,
  kGetRecording,
  kListRecordings,
  kUnsealRecording,
  kListSubmissions,
  kCreateWordTable,
  kGetWordTable,
  kListWordTables,
  kDeleteWordTable,
  kCreateModel,
  kGetModel,
  kListModels,
  kDeleteModel,
  kListQueue,
  kListUploads,
  kListProjects,
  kListErrors,
  kDrain,
  kReload,
  kCreateBackup,
  kServerReflectionInfo,
};

// Such as "GetJob".
std::string NameOf(Method method);
const std::vector<Method>& AllMethods();

// The owner of the object that a call names, relative to the caller.
enum class Whose {
  kNothing,   // it names none
  kOwn,       // the caller's
  kProjects,  // another person of the caller's project
  kOtherProject,
};

enum class Verdict {
  kAllowed,
  kDenied,  // PERMISSION_DENIED
  kHidden,  // as if it did not exist
};

Verdict Judge(Role role, bool all_projects, Method method, Whose whose);

// The owner, relative to the caller, of an object of this project and person.
Whose WhoseIs(const Caller& caller, const std::string& project, const std::string& person);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_PERMISSIONS_H_
