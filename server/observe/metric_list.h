#ifndef BRAINALIGN_SERVER_OBSERVE_METRIC_LIST_H_
#define BRAINALIGN_SERVER_OBSERVE_METRIC_LIST_H_

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

namespace brainalign {

// Values as they are now, one family after the other, in the library's form.
class MetricList {
 public:
  // By one label's value; an empty one: no label.
  using Labelled = std::vector<std::pair<std::string, double>>;

  void Gauge(const std::string& name, const std::string& help, double value) {
    Add(prometheus::MetricType::Gauge, name, help, "", {{"", value}});
  }
  void Counter(const std::string& name, const std::string& help, double value) {
    Add(prometheus::MetricType::Counter, name, help, "", {{"", value}});
  }
  void Gauges(const std::string& name, const std::string& help, const std::string& label,
              const Labelled& values) {
    Add(prometheus::MetricType::Gauge, name, help, label, values);
  }
  void Counters(const std::string& name, const std::string& help, const std::string& label,
                const Labelled& values) {
    Add(prometheus::MetricType::Counter, name, help, label, values);
  }

  std::vector<prometheus::MetricFamily> Take() { return std::move(families_); }

 private:
  void Add(prometheus::MetricType type, const std::string& name, const std::string& help,
           const std::string& label, const Labelled& values) {
    prometheus::MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    for (const auto& [of, value] : values) {
      prometheus::ClientMetric metric;
      if (!label.empty()) metric.label.push_back({label, of});
      (type == prometheus::MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
      family.metric.push_back(std::move(metric));
    }
    families_.push_back(std::move(family));
  }

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_METRIC_LIST_H_
