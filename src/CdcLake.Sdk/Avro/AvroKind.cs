namespace CdcLake.Avro;

/// <summary>Shapes of Avro values; names as in the specification, section "Schema Declaration".</summary>
internal enum AvroKind : byte
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed,
    Enum,
    Array,
    Map,
    Union,
    Record,
}
