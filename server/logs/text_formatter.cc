#include "server/logs/text_formatter.h"

#include <string>

#include "core/printable.h"

namespace brainalign {

void TextFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) {
  const std::string text =
      Printable(absl::string_view(message.payload.data(), message.payload.size()));
  spdlog::details::log_msg shown = message;
  shown.payload = text;
  pattern_.format(shown, line);
}

std::unique_ptr<spdlog::formatter> TextFormatter::clone() const {
  return std::make_unique<TextFormatter>();
}

}  // namespace brainalign
