#include "client/simulate/kind.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace brainalign {
namespace {

struct KindOfChannels {
  SimulatedKind kind = SimulatedKind::kMeg;
  const char* name;
  const char* type;  // of its channels, as BIDS calls it
  const char* unit;
};

constexpr KindOfChannels kKinds[] = {{SimulatedKind::kMeg, "meg", "MEGMAG", "T"},
                                     {SimulatedKind::kEeg, "eeg", "EEG", "V"},
                                     {SimulatedKind::kEcog, "ecog", "ECOG", "V"},
                                     {SimulatedKind::kFmri, "fmri", "VOXEL", "n/a"}};

const KindOfChannels& ChannelsOf(SimulatedKind kind) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds),
                       [&](const KindOfChannels& one) { return one.kind == kind; });
}

// The 102 magnetometers of a Neuromag system: triplets of 26 places, whose third number is 1.
std::vector<std::string> Magnetometers() {
  std::vector<std::string> names;
  for (int place = 1; place <= 26; ++place) {
    const int triplets = place == 8 ? 2 : 4;
    for (int i = 1; i <= triplets; ++i) names.push_back(absl::StrFormat("MEG%02d%d1", place, i));
  }
  return names;
}

// 64 places of the 10-10 system.
std::vector<std::string> Electrodes() {
  return absl::StrSplit(
      "Fp1 AF7 AF3 F1 F3 F5 F7 FT7 FC5 FC3 FC1 C1 C3 C5 T7 TP7 CP5 CP3 CP1 P1 P3 P5 P7 P9 PO7 PO3 "
      "O1 Iz Oz POz Pz CPz Fpz Fp2 AF8 AF4 AFz Fz F2 F4 F6 F8 FT8 FC6 FC4 FC2 FCz Cz C2 C4 C6 T8 "
      "TP8 CP6 CP4 CP2 P2 P4 P6 P8 P10 PO8 PO4 O2",
      ' ');
}

// A grid of 8 by 8 and strips of 8 on the temporal lobe.
std::vector<std::string> GridAndStrips(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) {
    names.push_back(i < 64 ? absl::StrCat("G", i + 1)
                           : absl::StrCat("T", (i - 64) / 8 + 1, "-", (i - 64) % 8 + 1));
  }
  return names;
}

// Voxels by their indices in a block of 20 by 20 by as many as it takes.
std::vector<std::string> Voxels(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) {
    names.push_back(absl::StrCat("voxel_", i % 20, "_", i / 20 % 20, "_", i / 400));
  }
  return names;
}

std::vector<std::string> NamesOf(SimulatedKind kind, std::int64_t count) {
  switch (kind) {
    case SimulatedKind::kMeg:
      return Magnetometers();
    case SimulatedKind::kEeg:
      return Electrodes();
    case SimulatedKind::kEcog:
      return GridAndStrips(count);
    case SimulatedKind::kFmri:
      return Voxels(count);
  }
  return {};
}

}  // namespace

const std::vector<std::string>& SimulatedKindNames() {
  static const auto& names = *new std::vector<std::string>{"meg", "eeg", "ecog", "fmri"};
  return names;
}

SimulationOptions OptionsOfKind(const std::string& name) {
  const auto* const found =
      std::find_if(std::begin(kKinds), std::end(kKinds),
                   [&](const KindOfChannels& one) { return one.name == name; });
  SimulationOptions options;
  options.kind = found->kind;
  switch (found->kind) {
    case SimulatedKind::kMeg:
      options.sensors = 102;
      break;
    case SimulatedKind::kEeg:
      options.sensors = 64;
      options.amplitude = 1e-5;
      options.sfreq_hz = 64;
      options.signal_to_noise = 0.3;
      break;
    case SimulatedKind::kEcog:
      options.sensors = 96;
      options.amplitude = 1e-4;
      options.sfreq_hz = 50;
      options.signal_to_noise = 0.8;
      break;
    case SimulatedKind::kFmri:
      options.sensors = 500;
      options.amplitude = 1;
      options.sfreq_hz = 0.5;  // a volume every 2 s
      options.tmin_seconds = -2;
      options.tmax_seconds = 10;
      options.first_delay_seconds = 4;
      options.last_delay_seconds = 7;
      options.reach_seconds = 5;
      break;
  }
  return options;
}

std::string ChannelsText(const SimulationOptions& options) {
  const KindOfChannels& channels = ChannelsOf(*options.kind);
  const std::vector<std::string> names = NamesOf(*options.kind, options.sensors);
  std::string text = "name\ttype\tunits\n";
  for (std::int64_t i = 0; i < options.sensors; ++i) {
    // Beyond those that such a system has, by number.
    const std::string name = i < std::ssize(names) ? names[static_cast<std::size_t>(i)]
                                                   : absl::StrCat(channels.type, i + 1);
    absl::StrAppend(&text, name, "\t", channels.type, "\t", channels.unit, "\n");
  }
  return text;
}

}  // namespace brainalign
