using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet.Variants;

namespace CdcLake.Iceberg;

/// <summary>The rows of a table at the position that its newest snapshot stands for.</summary>
/// <param name="reader">The table.</param>
/// <param name="position">Properties of that position.</param>
/// <param name="columns">The columns of the sink.</param>
internal sealed class IcebergRows(IcebergTableReader reader, IReadOnlyDictionary<string, string> position, Schema columns) : ITargetRows
{
    public IReadOnlyDictionary<string, string> Position => position;

    /// <exception cref="SchemaMismatchException">A column of the sink is not in the table, or of another kind.</exception>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var snapshot = reader.Current!;
        var schema = reader.IcebergSchemaOf(snapshot);
        var ordinals = columns.Fields.Select(f => OrdinalOf(schema, f)).ToList();
        var request = new ScanRequest(ordinals, ordinals.Count, null, null);
        await foreach (var batch in reader.ReadAsync(snapshot, schema, request, cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }

    public ChangeBatch AsHeld(ChangeBatch rows)
    {
        var schema = reader.IcebergSchemaOf(reader.Current!);
        var held = Enumerable.Range(0, columns.Count).Select(c => schema.Fields[OrdinalOf(schema, columns[c])].Type.IsVariant ? HeldDocuments.Of((BytesColumn)rows[c]) : null).ToList();
        if (held.TrueForAll(h => h is null))
        {
            return rows;
        }

        using (rows)
        {
            return new ChangeBatch(rows.Schema, [.. held.Select((h, c) => h ?? rows.Detach(c))], rows.Weights);
        }
    }

    private int OrdinalOf(IcebergSchema schema, Field field)
    {
        var at = schema.IndexOf(field.Name);
        if (at >= 0 && ScanColumns.TypeOf(schema.Fields[at].Type)?.Storage == field.Type.Storage)
        {
            return at;
        }

        throw new SchemaMismatchException($"Table {reader.Table.Identifier} has no column \"{field.Name}\" that holds {field.Type}. It was altered by somebody else, or the pipeline has not followed its source yet.");
    }
}
