#include "tests/end_to_end/certificates.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr char kNew[] =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=";

}  // namespace

void Certificates::OpenSsl(const std::string& arguments) const {
  const std::string command = "cd " + folder_ + " && openssl " + arguments + " > openssl.log 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

void Certificates::MakeAuthority(const std::string& name) const {
  OpenSsl(kNew + name + " -keyout " + name + ".key -out " + name + ".pem");
}

void Certificates::MakeCertificate(const std::string& name, const std::string& authority,
                                   const std::string& names) const {
  OpenSsl(kNew + name + " -addext subjectAltName=" + names +
          " -addext basicConstraints=critical,CA:FALSE -CA " + authority + ".pem -CAkey " +
          authority + ".key -keyout " + name + ".key -out " + name + ".pem");
}

std::vector<std::string> Certificates::ServerOptions(const std::string& name) const {
  return {"--tls-certificate", File(name + ".pem"), "--tls-key", File(name + ".key")};
}

}  // namespace brainalign
