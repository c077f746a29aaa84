#ifndef BRAINALIGN_CLIENT_WIRE_SERVER_INFO_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_SERVER_INFO_FROM_PROTO_H_

#include "client/connection/server_info.h"

namespace brainalign {

namespace v1 {
class GetServerInfoResponse;
}

ServerInfo ServerInfoFromProto(const v1::GetServerInfoResponse& response);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_SERVER_INFO_FROM_PROTO_H_
