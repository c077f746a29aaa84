#ifndef BRAINALIGN_TESTS_END_TO_END_CERTIFICATES_H_
#define BRAINALIGN_TESTS_END_TO_END_CERTIFICATES_H_

#include <string>
#include <utility>
#include <vector>

namespace brainalign {

// Makes certificates by openssl, as an operator makes them: NAME.pem and NAME.key in a
// folder. A failure is a test failure.
class Certificates {
 public:
  explicit Certificates(std::string folder) : folder_(std::move(folder)) {}

  std::string File(const std::string& name) const { return folder_ + "/" + name; }

  void MakeAuthority(const std::string& name) const;
  // `names` are subject alternative names, such as DNS:lab.example,IP:127.0.0.1.
  void MakeCertificate(const std::string& name, const std::string& authority,
                       const std::string& names) const;

  // Those of a brainalignd that serves with NAME.
  std::vector<std::string> ServerOptions(const std::string& name) const;

 private:
  void OpenSsl(const std::string& arguments) const;

  const std::string folder_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_END_TO_END_CERTIFICATES_H_
