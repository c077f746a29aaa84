#include "server/logs/json_formatter.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/time/time.h"
#include "server/logs/log_fields.h"

namespace brainalign {

void JsonFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) {
  const auto level = spdlog::level::to_string_view(message.level);
  nlohmann::ordered_json object;
  object["time"] =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromChrono(message.time), absl::UTCTimeZone());
  object["level"] = std::string(level.data(), level.size());
  object["message"] = std::string(message.payload.data(), message.payload.size());
  for (const auto& [name, value] : LogFields::Present()) {
    std::visit([&, &key = name](const auto& held) { object[key] = held; }, value);
  }
  const std::string text = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  line.append(text.data(), text.data() + text.size());
  line.push_back('\n');
}

std::unique_ptr<spdlog::formatter> JsonFormatter::clone() const {
  return std::make_unique<JsonFormatter>();
}

}  // namespace brainalign
