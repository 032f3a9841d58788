# Mosquitto, a broker of MQTT, and its clients, without TLS.
fetch trixie mosquitto 2.0.21 551daff96cd0675faf888f8881536177934424ecc45924fecf94cffe207f6e81
for part in lib client src; do
  make -C $part all WITH_SHARED_LIBRARIES=no WITH_STATIC_LIBRARIES=yes WITH_TLS=no WITH_THREADING=no WITH_CJSON=no WITH_DOCS=no
done
take src/mosquitto client/mosquitto_pub client/mosquitto_sub
