#include "server/blobs/upload_sessions.h"

namespace brainalign {

Uploads::Sessions::Bytes Uploads::Sessions::BytesOf(const Upload& upload, bool complete) {
  return {upload.project, upload.tensor.digest, upload.size_bytes, complete};
}

void Uploads::Sessions::Count(const Handle& session, int by) {
  const Upload& upload = session->upload;
  const std::pair expires(expire_time_(upload), upload.upload_id);
  const Bytes bytes = BytesOf(upload, upload.complete);
  if (by > 0) {
    by_expire_time_.emplace(expires, session);
    by_bytes_.emplace(bytes, session);
  } else {
    by_expire_time_.erase(expires);
    auto [at, end] = by_bytes_.equal_range(bytes);
    while (at != end && at->second != session) ++at;
    if (at != end) by_bytes_.erase(at);
  }
  if (upload.complete) return;
  if (by > 0) {
    open_.emplace(upload.upload_id, session);
  } else {
    open_.erase(upload.upload_id);
  }
  const std::int64_t promised_bytes = upload.size_bytes - upload.committed_bytes;
  promised_bytes_ += by * promised_bytes;
  const auto add = [&](std::map<std::string, SessionSum>& sums, const std::string& whose) {
    SessionSum& sum = sums[whose];
    sum.open += by;
    sum.coming_bytes += by * upload.size_bytes;
    sum.promised_bytes += by * promised_bytes;
    if (sum.open == 0) sums.erase(whose);
  };
  add(by_project_, upload.project);
  add(by_person_, upload.person);
}

void Uploads::Sessions::Add(Handle session) {
  Count(session, 1);
  by_id_.emplace(session->upload.upload_id, std::move(session));
}

void Uploads::Sessions::Remove(const Session& session) {
  const auto found = by_id_.find(session.upload.upload_id);
  if (found == by_id_.end()) return;
  Count(found->second, -1);
  by_id_.erase(found);
}

void Uploads::Sessions::Update(Session& session, Upload upload) {
  const auto found = by_id_.find(session.upload.upload_id);
  if (found == by_id_.end()) {
    session.upload = std::move(upload);
    return;
  }
  Count(found->second, -1);
  session.upload = std::move(upload);
  Count(found->second, 1);
}

Uploads::Sessions::Handle Uploads::Sessions::Find(const std::string& upload_id) const {
  const auto found = by_id_.find(upload_id);
  return found == by_id_.end() ? nullptr : found->second;
}

Uploads::Sessions::Handle Uploads::Sessions::FindFor(const Upload& wanted, bool complete) const {
  const auto found = by_bytes_.find(BytesOf(wanted, complete));
  return found == by_bytes_.end() ? nullptr : found->second;
}

std::vector<Uploads::Sessions::Handle> Uploads::Sessions::ListExpiring(absl::Time until) const {
  std::vector<Handle> expiring;
  for (const auto& [expires, session] : by_expire_time_) {
    if (expires.first > until) break;
    expiring.push_back(session);
  }
  return expiring;
}

Uploads::SessionSum Uploads::Sessions::OfProject(const std::string& project) const {
  const auto found = by_project_.find(project);
  return found == by_project_.end() ? SessionSum() : found->second;
}

Uploads::SessionSum Uploads::Sessions::OfPerson(const std::string& person) const {
  const auto found = by_person_.find(person);
  return found == by_person_.end() ? SessionSum() : found->second;
}

}  // namespace brainalign
