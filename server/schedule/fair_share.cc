#include "server/schedule/fair_share.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace brainalign {
namespace {

// Levels beneath the root.
constexpr int kProject = 1;
constexpr int kPerson = 2;
constexpr int kPriority = 3;
constexpr int kExecution = 4;

double PriorityWeight(JobPriority priority) {
  switch (priority) {
    case JobPriority::kLow:
      return 1;
    case JobPriority::kNormal:
      return 4;
    case JobPriority::kHigh:
      return 16;
  }
  return 4;
}

// How a second counts against the person.
double CountsForPerson(JobPriority priority) {
  switch (priority) {
    case JobPriority::kLow:
      return 2;
    case JobPriority::kNormal:
      return 1;
    case JobPriority::kHigh:
      return 0.5;
  }
  return 1;
}

// Names sort as priorities do.
std::string PriorityName(JobPriority priority) {
  return std::string(1, static_cast<char>('0' + static_cast<int>(priority)));
}

JobPriority PriorityOf(const std::string& name) { return static_cast<JobPriority>(name[0] - '0'); }

}  // namespace

FairShare::FairShare(Settings settings) : settings_(std::move(settings)) {}

template <typename NodeOrConst>
std::array<NodeOrConst*, 5> FairShare::Walk(NodeOrConst& root, std::int64_t id) const {
  std::array<NodeOrConst*, 5> path = {};
  const auto found = executions_.find(id);
  if (found == executions_.end()) return path;
  const Owner& owner = found->second.owner;
  const std::array<std::string, 4> names = {owner.project, owner.person,
                                            PriorityName(owner.priority), std::to_string(id)};
  path[0] = &root;
  for (std::size_t level = kProject; level <= kExecution; ++level) {
    const auto child = path[level - 1]->children.find(names[level - 1]);
    if (child == path[level - 1]->children.end()) break;
    path[level] = &child->second;
  }
  return path;
}

double FairShare::Effective(const Node& parent, const Node& node) const {
  return std::max(node.virtual_seconds, parent.frontier - settings_.waiting_credit_seconds);
}

double FairShare::Now(const Node& parent) const {
  double now = std::numeric_limits<double>::infinity();
  for (const auto& [name, child] : parent.children) {
    if (child.running > 0) now = std::min(now, Effective(parent, child));
  }
  return now == std::numeric_limits<double>::infinity() ? parent.frontier : now;
}

void FairShare::Prune(Node& parent) const {
  const double now = Now(parent);
  std::erase_if(parent.children,
                [now](const auto& child) { return IsOfNoAccount(child.second, now); });
}

FairShare::Node& FairShare::Activate(Node& parent, const std::string& name) {
  const double now = Now(parent);
  const bool known = parent.children.count(name) != 0;
  Node& child = parent.children[name];
  if (!known || child.is_idle()) {
    // It may have had more than its share before it went.
    child.virtual_seconds = known ? std::max(child.virtual_seconds, now) : now;
    child.number = ++last_number_;
  }
  return child;
}

void FairShare::Enter(std::int64_t id, const Owner& owner) {
  executions_[id].owner = owner;
  Node* node = &root_;
  const std::array<std::string, 3> names = {owner.project, owner.person,
                                            PriorityName(owner.priority)};
  for (int level = kProject; level <= kPriority; ++level) {
    Prune(*node);
    node = &Activate(*node, names[static_cast<std::size_t>(level) - 1]);
    if (level == kProject) {
      if (settings_.project_weight) node->weight = settings_.project_weight(owner.project);
    } else if (level == kPriority) {
      node->weight = PriorityWeight(owner.priority);
    }
    ++node->waiting;
  }
}

void FairShare::Start(std::int64_t id) {
  Execution& execution = executions_.at(id);
  const Path path = Find(id);
  Node& leaf = Activate(*path[kPriority], std::to_string(id));
  for (std::size_t level = kProject; level <= kPriority; ++level) {
    path[level]->virtual_seconds = Effective(*path[level - 1], *path[level]);
    --path[level]->waiting;
    ++path[level]->running;
  }
  leaf.running = 1;
  execution.running = true;
}

void FairShare::PutBack(std::int64_t id) {
  const Path path = Find(id);
  path[kPriority]->children.erase(std::to_string(id));
  for (std::size_t level = kProject; level <= kPriority; ++level) {
    --path[level]->running;
    ++path[level]->waiting;
  }
  executions_.at(id).running = false;
}

void FairShare::Leave(std::int64_t id) {
  const auto found = executions_.find(id);
  if (found == executions_.end()) return;
  const Path path = Find(id);
  path[kPriority]->children.erase(std::to_string(id));
  for (std::size_t level = kProject; level <= kPriority; ++level) {
    --(found->second.running ? path[level]->running : path[level]->waiting);
  }
  executions_.erase(found);
}

void FairShare::Charge(std::int64_t id, double seconds) {
  const Path path = Find(id);
  if (path[kExecution] == nullptr) return;
  const JobPriority priority = executions_.at(id).owner.priority;
  for (std::size_t level = kProject; level <= kExecution; ++level) {
    Node& node = *path[level];
    Node& parent = *path[level - 1];
    const double counts = level == kPerson ? CountsForPerson(priority) : 1 / node.weight;
    const double begin = Effective(parent, node);
    if (seconds > 0) parent.frontier = std::max(parent.frontier, begin);
    node.virtual_seconds = begin + seconds * counts;
  }
}

void FairShare::PassOver(const std::vector<std::int64_t>& asked, std::int64_t taker) {
  const Path took = Find(taker);
  for (const std::int64_t id : asked) {
    const Path path = Find(id);
    for (std::size_t level = kProject; level <= kExecution; ++level) {
      if (path[level] == nullptr || took[level] == nullptr) break;
      if (path[level] == took[level]) continue;
      // Turns go by the whole path, so all that runs beneath the node was asked.
      path[level]->virtual_seconds =
          std::max(path[level]->virtual_seconds,
                   took[level]->virtual_seconds - settings_.unused_credit_seconds);
      break;
    }
  }
}

void FairShare::Save(const Node& node, std::vector<std::string> path, Shares& shares) const {
  shares.push_back({path, node.virtual_seconds, node.frontier, !node.is_idle()});
  if (path.size() == static_cast<std::size_t>(kPriority)) return;
  const double now = Now(node);
  for (const auto& [name, child] : node.children) {
    if (IsOfNoAccount(child, now)) continue;
    path.push_back(name);
    Save(child, path, shares);
    path.pop_back();
  }
}

Shares FairShare::Save() const {
  Shares shares;
  Save(root_, {}, shares);
  return shares;
}

void FairShare::Restore(const Shares& shares) {
  for (const Share& share : shares) {
    Node* node = &root_;
    Node* parent = nullptr;
    for (const std::string& name : share.path) {
      parent = node;
      node = nullptr;
      if (parent == nullptr || share.path.size() > static_cast<std::size_t>(kPriority)) break;
      const auto found = parent->children.find(name);
      if (found != parent->children.end()) {
        node = &found->second;
      } else if (&name == &share.path.back() && share.had_seconds > parent->frontier) {
        node = &parent->children[name];  // idle, and had more than its share
      }
    }
    if (node == nullptr) continue;
    if (parent != nullptr) {
      node->virtual_seconds =
          share.competes ? share.had_seconds : std::max(share.had_seconds, parent->frontier);
    }
    node->frontier = share.frontier_seconds;
    // Those beneath it that were there are next.
    for (auto& [name, child] : node->children) child.virtual_seconds = node->frontier;
  }
}

FairShare::ServiceTurn FairShare::service_turn(std::int64_t id) const {
  ServiceTurn turn = {};
  const ConstPath path = Find(id);
  for (std::size_t level = kProject; level <= kExecution && path[level] != nullptr; ++level) {
    turn[level - 1] = {Effective(*path[level - 1], *path[level]), path[level]->number};
  }
  return turn;
}

bool FairShare::StartTurnAtLevel::operator<(const StartTurnAtLevel& other) const {
  return std::make_tuple(running, virtual_seconds, -weight, number) <
         std::make_tuple(other.running, other.virtual_seconds, -other.weight, other.number);
}

FairShare::StartTurn FairShare::start_turn(std::int64_t id) const {
  StartTurn turn = {};
  const ConstPath path = Find(id);
  for (std::size_t level = kProject; level <= kPriority && path[level] != nullptr; ++level) {
    const Node& node = *path[level];
    turn[level - 1] = {node.running / node.weight, Effective(*path[level - 1], node), node.weight,
                       node.number};
  }
  return turn;
}

int FairShare::running_of_person(std::int64_t id) const {
  const ConstPath path = Find(id);
  return path[kPerson] == nullptr ? 0 : path[kPerson]->running;
}

void FairShare::Spread(const Node& node, int level, double share,
                       std::map<std::int64_t, double>& shares) const {
  std::vector<std::tuple<const std::string*, const Node*, double>> parts;
  double sum = 0;
  for (const auto& [name, child] : node.children) {
    if (child.running == 0) continue;
    double weight = child.weight;
    if (level == kPerson) {
      // Its second counts as its priorities do, in the mix in which they are served.
      double counts = 0;
      double all = 0;
      for (const auto& [priority, served] : child.children) {
        if (served.running == 0) continue;
        counts += served.weight * CountsForPerson(PriorityOf(priority));
        all += served.weight;
      }
      weight = all / counts;
    }
    parts.emplace_back(&name, &child, weight);
    sum += weight;
  }
  for (const auto& [name, child, weight] : parts) {
    const double part = share * weight / sum;
    if (level == kExecution) {
      shares[std::stoll(*name)] = part;
    } else {
      Spread(*child, level + 1, part, shares);
    }
  }
}

std::map<std::int64_t, double> FairShare::DueShares() const {
  std::map<std::int64_t, double> shares;
  Spread(root_, kProject, 1, shares);
  return shares;
}

}  // namespace brainalign
