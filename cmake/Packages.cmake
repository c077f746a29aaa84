# Three packages for Debian 12, by `cpack -G DEB` in the build folder: brainalign-server, with
# a systemd unit, brainalign-client, and python3-brainalign. scripts/package makes them of a clean
# build. Whoever packs has built the two programs and the Python package; tests need not be.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME brainalign)
set(CPACK_PACKAGE_CONTACT "The brainalign authors <maintainers@brainalign.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENTS_ALL
  client client_documents server server_documents server_machine python python_documents)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME brainalign-client)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SECTION science)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SUGGESTS librsvg2-bin)
set(CPACK_DEBIAN_CLIENT_DESCRIPTION
  "The command brainalign: uploads recordings and activations to a server,
submits alignment jobs, shows the layer x time matrix as it is computed, and
fetches results; or computes on this machine, without a server.")

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME brainalign-server)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION science)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_SERVER_PACKAGE_SUGGESTS openssl)
set(CPACK_DEBIAN_SERVER_DESCRIPTION
  "The server brainalignd, as a systemd service: keeps tensors, runs alignment
jobs and streams their results over gRPC. What was acknowledged survives a
crash of the program or of the machine.")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles
  ${CMAKE_SOURCE_DIR}/deploy/debian/postinst
  ${CMAKE_SOURCE_DIR}/deploy/debian/prerm
  ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)

set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-brainalign)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS
  "python3 (>= 3.9), python3-grpcio, python3-numpy, python3-protobuf")
set(CPACK_DEBIAN_PYTHON_PACKAGE_RECOMMENDS brainalign-server)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS
  "python3-crc32c, python3-h5py, python3-matplotlib, python3-mne, python3-pandas, python3-scipy, \
python3-sklearn, python3-tqdm, python3-xarray")
set(CPACK_DEBIAN_PYTHON_DESCRIPTION
  "The Python package brainalign: from an object of MNE-Python and the
activations of a model to the layer x time matrix, by a server of the network
or one that it starts on this machine.")
set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/deploy/debian/python/postinst
  ${CMAKE_SOURCE_DIR}/deploy/debian/python/prerm)

install(DIRECTORY ${CMAKE_BINARY_DIR}/python/ DESTINATION lib/python3/dist-packages
  COMPONENT python EXCLUDE_FROM_ALL
  PATTERN built EXCLUDE PATTERN __pycache__ EXCLUDE)

# What belongs to the machine.
install(FILES deploy/systemd/brainalignd.service DESTINATION /lib/systemd/system
  COMPONENT server_machine EXCLUDE_FROM_ALL)
install(FILES deploy/systemd/brainalignd.toml DESTINATION /etc/brainalign
  COMPONENT server_machine EXCLUDE_FROM_ALL)

# What Debian wants to be said of every package. The date is $SOURCE_DATE_EPOCH's where that
# is set, as for a release.
string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(deploy/debian/changelog.in ${CMAKE_BINARY_DIR}/changelog.Debian @ONLY)
find_program(GZIP gzip REQUIRED)
execute_process(COMMAND ${GZIP} -9nc ${CMAKE_BINARY_DIR}/changelog.Debian
  OUTPUT_FILE ${CMAKE_BINARY_DIR}/changelog.Debian.gz COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  OUTPUT_FILE ${CMAKE_BINARY_DIR}/NEWS.gz COMMAND_ERROR_IS_FATAL ANY)
foreach(component client server python)
  string(TOUPPER ${component} upper)
  install(FILES deploy/debian/copyright NOTICE ${CMAKE_BINARY_DIR}/changelog.Debian.gz
    ${CMAKE_BINARY_DIR}/NEWS.gz
    DESTINATION share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}
    COMPONENT ${component}_documents EXCLUDE_FROM_ALL)
endforeach()
install(FILES docs/python.md DESTINATION share/doc/python3-brainalign
  COMPONENT python_documents EXCLUDE_FROM_ALL)
install(FILES docs/operations.md docs/installing.md DESTINATION share/doc/brainalign-server
  COMPONENT server_documents EXCLUDE_FROM_ALL)
install(PROGRAMS deploy/docker/make-certificates DESTINATION share/brainalign
  COMPONENT server_machine EXCLUDE_FROM_ALL)

include(CPack)
cpack_add_component_group(client)
cpack_add_component_group(server)
cpack_add_component_group(python)
cpack_add_component(client GROUP client)
cpack_add_component(client_documents GROUP client)
cpack_add_component(server GROUP server)
cpack_add_component(server_documents GROUP server)
cpack_add_component(server_machine GROUP server)
cpack_add_component(python GROUP python)
cpack_add_component(python_documents GROUP python)
