using System.Collections.Immutable;

namespace CdcLake.Avro;

/// <summary>
/// A node of an Avro schema. Which members are set follows from <see cref="Kind"/>; a named type that refers to itself is refused when a schema is read, so
/// the tree is finite. Immutable.
/// </summary>
internal sealed class AvroType
{
    private AvroType(AvroKind kind) => Kind = kind;

    public static AvroType Null { get; } = new(AvroKind.Null);

    public static AvroType Boolean { get; } = new(AvroKind.Boolean);

    public static AvroType Int { get; } = new(AvroKind.Int);

    public static AvroType Long { get; } = new(AvroKind.Long);

    public static AvroType Float { get; } = new(AvroKind.Float);

    public static AvroType Double { get; } = new(AvroKind.Double);

    public static AvroType Bytes { get; } = new(AvroKind.Bytes);

    public static AvroType String { get; } = new(AvroKind.String);

    public AvroKind Kind { get; }

    /// <summary>Name of a record, fixed or enum; null for other kinds.</summary>
    public string? Name { get; private init; }

    /// <summary>Bytes of a fixed.</summary>
    public int Size { get; private init; }

    /// <summary>Attributes that say what a primitive or fixed value stands for (<c>logicalType</c>, <c>precision</c>, …): name and JSON, carried along unread.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Attributes { get; private init; } = [];

    /// <summary>Fields of a record, in order.</summary>
    public ImmutableArray<AvroField> Fields { get; private init; } = [];

    /// <summary>Type of the elements of an array or of the values of a map.</summary>
    public AvroType? Items { get; private init; }

    /// <summary>Iceberg's id of an array's elements (attribute <c>element-id</c>), or null.</summary>
    public int? ElementId { get; private init; }

    /// <summary>True for an array of key and value records that stands for a map (<c>logicalType: map</c>).</summary>
    public bool IsMapArray { get; private init; }

    /// <summary>Alternatives of a union, in order.</summary>
    public ImmutableArray<AvroType> Branches { get; private init; } = [];

    /// <summary>A primitive or fixed type with attributes.</summary>
    public AvroType With(ImmutableArray<KeyValuePair<string, string>> attributes) => new(Kind) { Name = Name, Size = Size, Attributes = attributes };

    public static AvroType Record(string name, params ImmutableArray<AvroField> fields) => new(AvroKind.Record) { Name = name, Fields = fields };

    public static AvroType Fixed(string name, int size) => new(AvroKind.Fixed) { Name = name, Size = size };

    public static AvroType Enum(string name) => new(AvroKind.Enum) { Name = name };

    public static AvroType Array(AvroType items, int? elementId = null) => new(AvroKind.Array) { Items = items, ElementId = elementId };

    /// <summary>A map with int keys, which Avro lacks: an array of records <c>k{keyId}_v{valueId}</c>.</summary>
    public static AvroType IntMap(int keyId, int valueId, AvroType value) => MapArray(Record(
        $"k{keyId}_v{valueId}",
        new AvroField("key", Int, keyId),
        new AvroField("value", value, valueId)));

    public static AvroType MapArray(AvroType items) => new(AvroKind.Array) { Items = items, IsMapArray = true };

    public static AvroType Map(AvroType values) => new(AvroKind.Map) { Items = values };

    public static AvroType Union(params ImmutableArray<AvroType> branches) => new(AvroKind.Union) { Branches = branches };

    /// <summary>Null or <paramref name="type"/>, null first as Iceberg demands.</summary>
    public static AvroType Optional(AvroType type) => Union(Null, type);
}

/// <summary>A field of an Avro record.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Type; unions that begin with null get the default null when written.</param>
/// <param name="Id">Iceberg's <c>field-id</c>, by which readers resolve fields; null when the writer gave none.</param>
/// <param name="Doc">Description, or null.</param>
internal sealed record AvroField(string Name, AvroType Type, int? Id = null, string? Doc = null);
