package lab.oracle;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.variants.ShreddedObject;
import org.apache.iceberg.variants.ValueArray;
import org.apache.iceberg.variants.Variant;
import org.apache.iceberg.variants.VariantMetadata;
import org.apache.iceberg.variants.VariantObject;
import org.apache.iceberg.variants.VariantValue;
import org.apache.iceberg.variants.Variants;

/**
 * Variants as the JSON that MySQL prints for such a document: fields by the length of their names and then their bytes, spaces behind commas and colons, doubles with the fewest digits and an exponent from
 * 16 digits on. What JSON has not: dates and times as ISO texts, bytes in base64. Read back from JSON, where {"$date": …}, {"$timestamp": …}, {"$timestamptz": …}, {"$nanos": …}, {"$nanostz": …}, {"$time": …},
 * {"$uuid": …}, {"$binary": base64}, {"$float": …} and {"$double": …} stand for values of these types; names are in the order of the document, not sorted.
 */
final class VariantText {
  private static final ObjectMapper EXACT = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
      .setNodeFactory(com.fasterxml.jackson.databind.node.JsonNodeFactory.withExactBigDecimals(true));

  private VariantText() {}

  static String of(Variant v) { return value(v.value(), new StringBuilder()).toString(); }

  private static StringBuilder value(VariantValue v, StringBuilder b) {
    Object x = switch (v.type()) { case OBJECT, ARRAY, NULL -> null; default -> v.asPrimitive().get(); };
    switch (v.type()) {
      case NULL -> b.append("null");
      case BOOLEAN_TRUE, BOOLEAN_FALSE, INT8, INT16, INT32, INT64 -> b.append(x);
      case DOUBLE -> number((Double) x, b);
      case FLOAT -> number(Double.parseDouble(x.toString()), b);
      case DECIMAL4, DECIMAL8, DECIMAL16 -> b.append(((BigDecimal) x).toPlainString());
      case DATE -> Canon.text(LocalDate.ofEpochDay((Integer) x).toString(), b);
      case TIME -> Canon.text(LocalTime.ofNanoOfDay((Long) x * 1000).toString(), b);
      case TIMESTAMPTZ -> Canon.text(micros((Long) x) + "+00:00", b);
      case TIMESTAMPNTZ -> Canon.text(micros((Long) x), b);
      case TIMESTAMPTZ_NANOS -> Canon.text(nanos((Long) x) + "+00:00", b);
      case TIMESTAMPNTZ_NANOS -> Canon.text(nanos((Long) x), b);
      case BINARY -> Canon.text(base64((ByteBuffer) x), b);
      case ARRAY -> {
        b.append('[');
        for (int i = 0; i < v.asArray().numElements(); i++) value(v.asArray().get(i), i > 0 ? b.append(", ") : b);
        b.append(']');
      }
      case OBJECT -> object(v.asObject(), b);
      default -> Canon.text(x.toString(), b);   // string, uuid
    }
    return b;
  }

  private static void object(VariantObject o, StringBuilder b) {
    List<String> names = new ArrayList<>();
    o.fieldNames().forEach(names::add);
    names.sort(Comparator.<String>comparingInt(n -> bytes(n).length).thenComparing(VariantText::bytes, java.util.Arrays::compareUnsigned));
    b.append('{');
    for (int i = 0; i < names.size(); i++) value(o.get(names.get(i)), Canon.text(names.get(i), i > 0 ? b.append(", ") : b).append(": "));
    b.append('}');
  }

  private static byte[] bytes(String s) { return s.getBytes(StandardCharsets.UTF_8); }

  private static String base64(ByteBuffer b) { byte[] x = new byte[b.remaining()]; b.duplicate().get(x); return Base64.getEncoder().encodeToString(x); }

  // Fractions as short as they are: 22:31:08, 22:31:08.5.
  private static String micros(long x) { return seconds(x, 1_000_000L, "%06d", true); }

  private static String nanos(long x) { return seconds(x, 1_000_000_000L, "%09d", false); }

  private static String seconds(long x, long unit, String form, boolean isShort) {
    var t = Instant.ofEpochSecond(Math.floorDiv(x, unit)).atOffset(ZoneOffset.UTC).toLocalDateTime();
    String s = "%s-%02d-%02dT%02d:%02d:%02d".formatted("%04d".formatted(t.getYear()), t.getMonthValue(), t.getDayOfMonth(), t.getHour(), t.getMinute(), t.getSecond());
    String f = form.formatted(Math.floorMod(x, unit));
    if (isShort) f = f.replaceFirst("0+$", "");
    return f.isEmpty() ? s : s + "." + f;
  }

  /** The fewest digits that give the number again, as MySQL prints a double in JSON. */
  private static void number(double d, StringBuilder b) {
    if (Double.isNaN(d) || Double.isInfinite(d)) { Canon.text(Double.isNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity", b); return; }
    if (d == 0) { b.append(1 / d < 0 ? "-0.0" : "0.0"); return; }
    BigDecimal exact = new BigDecimal(d), shortest = exact;
    for (int p = 1; p <= 17; p++) {
      shortest = exact.round(new java.math.MathContext(p, java.math.RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == d) break;
    }
    shortest = shortest.stripTrailingZeros();
    int before = shortest.precision() - shortest.scale();
    if (before <= 15 && before > -15) {
      String s = shortest.toPlainString();
      b.append(s.indexOf('.') < 0 ? s + ".0" : s);
    } else {
      String s = shortest.unscaledValue().abs().toString();
      b.append(d < 0 ? "-" : "").append(s.charAt(0));
      if (s.length() > 1) b.append('.').append(s, 1, s.length());
      b.append('e').append(before - 1);
    }
  }

  /** A variant of a JSON text. */
  static Variant parse(String json) {
    try {
      JsonNode node = EXACT.readTree(json);
      Set<String> names = new LinkedHashSet<>();
      names(node, names);
      VariantMetadata metadata = names.isEmpty() ? Variants.emptyMetadata() : Variants.metadata(names);
      return Variant.of(metadata, value(node, metadata));
    } catch (IOException e) { throw new java.io.UncheckedIOException(e); }
  }

  private static void names(JsonNode node, Set<String> to) {
    if (node.isObject() && typed(node) == null) node.fieldNames().forEachRemaining(to::add);
    if (typed(node) == null) node.forEach(x -> names(x, to));
  }

  private static VariantValue typed(JsonNode node) {
    if (!node.isObject() || node.size() != 1 || !node.fieldNames().next().startsWith("$")) return null;
    String type = node.fieldNames().next(), text = node.get(type).asText();
    return switch (type) {
      case "$date" -> Variants.ofIsoDate(text);
      case "$time" -> Variants.ofIsoTime(text);
      case "$timestamp" -> Variants.ofIsoTimestampntz(text);
      case "$timestamptz" -> Variants.ofIsoTimestamptz(text);
      case "$nanos" -> Variants.ofIsoTimestampntzNanos(text);
      case "$nanostz" -> Variants.ofIsoTimestamptzNanos(text);
      case "$uuid" -> Variants.ofUUID(text);
      case "$binary" -> Variants.of(ByteBuffer.wrap(Base64.getDecoder().decode(text)));
      case "$float" -> Variants.of(Float.parseFloat(text));
      case "$double" -> Variants.of(Double.parseDouble(text));
      default -> null;
    };
  }

  private static VariantValue value(JsonNode node, VariantMetadata metadata) {
    VariantValue typed = typed(node);
    if (typed != null) return typed;
    if (node.isObject()) {
      ShreddedObject o = Variants.object(metadata);
      node.fields().forEachRemaining(f -> o.put(f.getKey(), value(f.getValue(), metadata)));
      return o;
    }
    if (node.isArray()) {
      ValueArray a = Variants.array();
      node.forEach(x -> a.add(value(x, metadata)));
      return a;
    }
    if (node.isTextual()) return Variants.of(node.textValue());
    if (node.isBoolean()) return Variants.of(node.booleanValue());
    if (node.isNull()) return Variants.ofNull();
    if (!node.isIntegralNumber()) return Variants.of(node.decimalValue());
    var n = node.bigIntegerValue();
    return n.bitLength() < 8 ? Variants.of(n.byteValue()) : n.bitLength() < 16 ? Variants.of(n.shortValue()) : n.bitLength() < 32 ? Variants.of(n.intValue())
        : n.bitLength() < 64 ? Variants.of(n.longValue()) : Variants.of(new BigDecimal(n));
  }
}
