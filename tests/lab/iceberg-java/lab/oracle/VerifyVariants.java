package lab.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.variants.Variant;
import org.apache.iceberg.variants.VariantMetadata;
import org.apache.iceberg.variants.VariantObject;
import org.apache.iceberg.variants.VariantValue;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/** One column of variants of a file: every name, field and element is read, names are unique and in order, counts are those of the manifest. */
final class VerifyVariants {
  private final Findings f;
  private final String w;
  private final Types.NestedField field;
  private final int place;
  private long rows, nulls;
  private boolean failed;

  VerifyVariants(Findings f, String w, Types.NestedField field, int place) { this.f = f; this.w = w; this.field = field; this.place = place; }

  void check(StructLike row) {
    rows++;
    Variant v = row.get(place, Variant.class);
    if (v == null) { nulls++; if (field.isRequired()) error("null in the required column"); return; }
    try {
      metadata(v.metadata());
      value(v.metadata(), v.value());
      ByteBuffer copy = ByteBuffer.allocate(v.value().sizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
      v.value().writeTo(copy, 0);
      String text = VariantText.of(v), again = VariantText.of(Variant.of(v.metadata(), VariantValue.from(v.metadata(), copy)));
      if (!text.equals(again)) error(text + " becomes " + again + " when it is copied");
    } catch (RuntimeException e) { error(e.toString()); }
  }

  private void metadata(VariantMetadata m) {
    ByteBuffer b = ByteBuffer.allocate(m.sizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
    m.writeTo(b, 0);
    boolean sorted = (b.get(0) & 0x10) != 0;
    for (int i = 0; i < m.dictionarySize(); i++) {
      if (sorted && i > 0 && compare(m.get(i - 1), m.get(i)) >= 0) error("the metadata says that its names are sorted, but " + m.get(i - 1) + " stands before " + m.get(i));
      if (sorted && m.id(m.get(i)) != i) error("the metadata has the name " + m.get(i) + " twice");
    }
  }

  private void value(VariantMetadata m, VariantValue v) {
    switch (v.type()) {
      case OBJECT -> {
        VariantObject o = v.asObject();
        String before = null;
        int n = 0;
        for (String name : o.fieldNames()) {
          if (before != null && compare(before, name) >= 0) error("field " + name + " stands behind " + before);
          if (o.get(name) == null) error("field " + name + " is not found by its name"); else value(m, o.get(name));
          before = name;
          n++;
        }
        if (n != o.numFields()) error(n + " fields, " + o.numFields() + " said");
      }
      case ARRAY -> { for (int i = 0; i < v.asArray().numElements(); i++) value(m, v.asArray().get(i)); }
      case NULL -> { }
      default -> v.asPrimitive().get();
    }
  }

  private static int compare(String a, String b) {
    return java.util.Arrays.compareUnsigned(a.getBytes(java.nio.charset.StandardCharsets.UTF_8), b.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  void metrics(ContentFile<?> c, List<BlockMetaData> blocks) {
    long size = 0;
    for (BlockMetaData b : blocks) for (var k : b.getColumns()) if (k.getPath().toArray()[0].equals(field.name())) size += k.getTotalSize();
    same("column_sizes", c.columnSizes(), size);
    same("value_counts", c.valueCounts(), rows);
    same("null_value_counts", c.nullValueCounts(), nulls);
  }

  private void same(String what, Map<Integer, Long> said, long is) {
    Long x = said == null ? null : said.get(field.fieldId());
    if (x == null) f.note("missing", w, "no " + what + " of the variant " + field.name());
    else f.same("metrics", w, what + " of the variant " + field.name(), x, is);
  }

  private void error(String what) {
    if (!failed) f.error("variant", w, field.name() + ", row " + (rows - 1) + ": " + what);
    failed = true;
  }
}
