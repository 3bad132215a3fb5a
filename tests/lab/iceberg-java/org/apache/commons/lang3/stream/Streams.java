package org.apache.commons.lang3.stream;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Iceberg 1.11 reads shredded variants with a method that the newest commons-lang3 among its own dependencies lacks (3.12; it came with 3.13). Stands before that jar in the class path. */
public final class Streams {
  private Streams() {}

  public static <E> Stream<E> of(Iterable<E> all) { return StreamSupport.stream(all.spliterator(), false); }
}
