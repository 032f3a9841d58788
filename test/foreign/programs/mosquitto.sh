# Mosquitto, a broker of MQTT, and its clients, without TLS: 2.0.21 does not compile without it.
fetch bookworm mosquitto 2.0.11 7b36a7198bce85cf31b132f5c6ee36dcf5dadf86fb768501eb1e11ce95d4f78a
for part in lib client src; do
  make -C $part all WITH_SHARED_LIBRARIES=no WITH_STATIC_LIBRARIES=yes WITH_TLS=no WITH_THREADING=no WITH_CJSON=no WITH_DOCS=no
done
take src/mosquitto client/mosquitto_pub client/mosquitto_sub
