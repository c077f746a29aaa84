#include "tests/server/observe/scrape.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <sstream>

namespace brainalign {
namespace {

httplib::Result Get(int port, const std::string& path) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(20);
  return client.Get(path.c_str());
}

}  // namespace

int HttpStatus(int port, const std::string& path) {
  const httplib::Result answer = Get(port, path);
  return answer ? answer->status : 0;
}

std::string HttpGet(int port, const std::string& path) {
  const httplib::Result answer = Get(port, path);
  if (!answer || answer->status != 200) {
    ADD_FAILURE() << "GET " << path << " of port " << port << ": "
                  << (answer ? answer->body : "no answer");
    return "";
  }
  return answer->body;
}

std::map<std::string, double> Scrape(int port) {
  std::map<std::string, double> values;
  std::istringstream lines(HttpGet(port, "/metrics"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.rfind(' ');
    values[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return values;
}

}  // namespace brainalign
