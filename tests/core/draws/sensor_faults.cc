#include <algorithm>
#include <vector>

#include "tests/core/draws/drawn_inputs.h"

namespace brainalign {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

int SessionCount(const std::vector<int>& session) {
  return 1 + *std::max_element(session.begin(), session.end());
}

// Some sessions: all but one, one, or each by chance.
std::vector<bool> SomeSessions(Chances& chances, const std::vector<int>& session) {
  const int count = SessionCount(session);
  const int kind = chances.random.Below(3);
  const int one = chances.random.Below(count);
  std::vector<bool> chosen;
  for (int s = 0; s < count; ++s) {
    chosen.push_back(kind == 0 ? s != one : kind == 1 ? s == one : chances.random.Chance(50));
  }
  return chosen;
}

// Calls `change(row)` for the rows of some sessions.
template <typename Change>
void ChangeSomeSessions(Chances& chances, const std::vector<int>& session, const Change& change) {
  const std::vector<bool> chosen = SomeSessions(chances, session);
  for (std::size_t row = 0; row < session.size(); ++row) {
    if (chosen[static_cast<std::size_t>(session[row])]) change(static_cast<Index>(row));
  }
}

int AnySensor(Chances& chances, const MatrixXd& sensors) {
  return chances.random.Below(static_cast<int>(sensors.cols()));
}

// Up to a third of the sensors are means of their neighbours.
void Interpolate(Chances& chances, const std::vector<int>& session, MatrixXd& sensors) {
  const Index bad = 1 + chances.random.Below(static_cast<int>(sensors.cols()) / 3);
  const Index good = std::min<Index>(sensors.cols() - bad, 2 + chances.random.Below(5));
  ChangeSomeSessions(chances, session, [&](Index row) {
    sensors.row(row).head(bad).setConstant(sensors.row(row).segment(bad, good).mean());
  });
}

void RemoveDirections(Chances& chances, const std::vector<int>& session, bool by_session,
                      MatrixXd& sensors) {
  const int sessions = by_session ? SessionCount(session) : 1;
  for (int s = 0; s < sessions; ++s) {
    for (int removed = 1 + chances.random.Below(2); removed > 0; --removed) {
      const VectorXd direction = Normals(chances.random, sensors.cols(), 1).normalized();
      for (Index row = 0; row < sensors.rows(); ++row) {
        if (by_session && session[static_cast<std::size_t>(row)] != s) continue;
        sensors.row(row) -= sensors.row(row).dot(direction) * direction.transpose();
      }
    }
  }
}

void Repeat(Chances& chances, MatrixXd& sensors) {
  for (int copies = 1 + chances.random.Below(3); copies > 0; --copies) {
    const int from = AnySensor(chances, sensors);
    const int to = AnySensor(chances, sensors);
    const int kind = chances.random.Below(3);
    if (kind == 0) sensors.col(to) = sensors.col(from);
    if (kind == 1) sensors.col(to) = -3 * sensors.col(from);
    if (kind == 2) sensors.col(to) = sensors.col(from) + sensors.col((from + 1) % sensors.cols());
  }
}

void Step(Chances& chances, MatrixXd& sensors) {
  for (int steps = 1 + chances.random.Below(3); steps > 0; --steps) {
    const Index from = chances.random.Below(static_cast<int>(sensors.rows()));
    sensors.col(AnySensor(chances, sensors)).tail(sensors.rows() - from).array() +=
        chances.PowerOfTwo(2, 13);
  }
}

void AddArtefacts(Chances& chances, MatrixXd& sensors) {
  for (int artefacts = 1 + chances.random.Below(20); artefacts > 0; --artefacts) {
    const Index at = chances.random.Below(static_cast<int>(sensors.rows()));
    sensors.row(at) += chances.PowerOfTwo(3, 16) * Normals(chances.random, 1, sensors.cols());
  }
}

}  // namespace

void SpoilSensors(Chances& chances, const std::vector<int>& session, MatrixXd& sensors) {
  const Index count = sensors.cols();
  if (chances.Has(15, "heavy-tailed sensors")) {
    for (double& value : sensors.reshaped()) value /= 0.02 + chances.random.Uniform();
  }
  if (chances.Has(15, "artefacts")) AddArtefacts(chances, sensors);
  if (chances.Has(15, "steps")) Step(chances, sensors);
  if (count >= 4 && chances.Has(30, "interpolated")) Interpolate(chances, session, sensors);
  if (chances.Has(15, "dead")) {
    const int dead = AnySensor(chances, sensors);
    const double level = chances.random.From<double>({0, 0, 1, 1000});
    ChangeSomeSessions(chances, session, [&](Index row) { sensors(row, dead) = level; });
  }
  if (count >= 2 && chances.Has(15, "repeated sensors")) Repeat(chances, sensors);
  if (count >= 3 && chances.Has(15, "projected")) {
    RemoveDirections(chances, session, false, sensors);
  }
  if (count >= 3 && chances.Has(20, "projected by session")) {
    RemoveDirections(chances, session, true, sensors);
  }
  if (count >= 2 && chances.Has(20, "average reference")) {
    const VectorXd average = sensors.rowwise().mean();
    if (chances.Has(30, "in some sessions")) {
      ChangeSomeSessions(chances, session,
                         [&](Index row) { sensors.row(row).array() -= average(row); });
    } else {
      sensors.colwise() -= average;
    }
  }
  if (chances.Has(10, "sensor far from 0")) {
    sensors.col(AnySensor(chances, sensors)).array() += chances.PowerOfTwo(10, 22);
  }
  if (chances.Has(10, "constant sensor")) {
    sensors.col(AnySensor(chances, sensors)).setConstant(chances.random.From<double>({0, 7, -3e4}));
  }
  if (chances.Has(15, "sensors of different units")) {
    for (Index s = 0; s < count; ++s) sensors.col(s) *= chances.PowerOfTwo(-20, 20);
  }
}

}  // namespace brainalign
