using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

// What a field of a partition spec or sort order is made of (Iceberg specification, appendix C, "Partition Specs" and "Sort Orders"):
//
//   source-id    the column, of transforms with one
//   source-ids   the columns (format 3), of transforms with several; some writers put the one of the others there too

/// <summary>Columns and transform of a field of a partition spec or sort order.</summary>
internal static class TransformSource
{
    /// <summary>Field id of its column; 0 where it has several.</summary>
    /// <exception cref="JsonException">It names none.</exception>
    public static int IdOf(JsonElement field) => field.OptionalInt32("source-id") ?? (IdsOf(field) is [var only] ? only : 0);

    /// <summary>Its transform; an unknown one where it has several columns, whatever it is called.</summary>
    public static PartitionTransform TransformOf(JsonElement field)
    {
        var transform = PartitionTransform.Parse(field.RequiredString("transform"));
        return IdOf(field) == 0 ? new PartitionTransform(TransformKind.Unknown, 0, transform.Text) : transform;
    }

    private static List<int> IdsOf(JsonElement field) => [.. field.OptionalArray("source-ids").Select(i => i.GetInt32())];
}
