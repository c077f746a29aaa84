#ifndef BRAINALIGN_CLIENT_WIRE_TRANSPORT_FAILURE_H_
#define BRAINALIGN_CLIENT_WIRE_TRANSPORT_FAILURE_H_

#include <string>

#include "absl/status/status.h"

namespace brainalign {

// What kept a call from being answered, where the transport says it and not the server.
enum class TransportFailure {
  kNone,               // the server's own answer, or nothing that is known
  kRefused,            // nothing listens there
  kUnknownName,        // no machine of that name
  kNoRoute,            // the network does not lead there
  kTimedOut,           // no answer in time
  kBroken,             // the connection was made, and ended
  kUnknownAuthority,   // the certificate is from none of the given CAs
  kOtherName,          // the certificate has another name
  kCertificateWanted,  // the server asks for the client's certificate
  kNoTls,              // the other side does not speak TLS
  kTls,                // TLS could not be agreed upon for another reason
  kNotGrpc,            // the other side speaks something else
  kProxy,              // a proxy answered in the place of the server
};

// The kind of what gRPC writes into the message of a call that failed.
TransportFailure ClassifyTransport(const std::string& grpc_message);

// What is to be said of it, as a clause without a full stop, such as "nothing listens there".
// Requires: not kNone.
std::string DescribeTransport(TransportFailure failure);

// The failure with a message for people in the place of gRPC's, and its kind beside it, if it is
// one of these kinds; else as it is.
absl::Status WithTransportFailure(absl::Status status);
TransportFailure TransportFailureOf(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_TRANSPORT_FAILURE_H_
