using System.Diagnostics.CodeAnalysis;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>Calls a function of the user for each row.</summary>
/// <param name="name">Of the operator.</param>
/// <param name="version">Of the function.</param>
/// <param name="output">Its columns.</param>
/// <param name="rows">Makes its parameter.</param>
/// <param name="call">Gives a value for each column; null where the function gave nothing.</param>
internal sealed class FunctionProjection<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(
    string name, string version, Schema output, ResultObjects<T> rows, Func<T, object?[]?> call) : Projection(output)
{
    private const int MostShown = 300;

    public override Column[] Evaluate(ChangeBatch batch)
    {
        var columns = Output.Fields.Select(f => Column.Create(f.Type)).ToArray();
        for (var row = 0; row < batch.Count; row++)
        {
            var values = Call(batch, row);
            for (var i = 0; i < columns.Length; i++)
            {
                if (!CellWriter.TryAppend(columns[i], values[i]))
                {
                    throw new RowFunctionException(
                        $"{name}: the function \"{version}\" gives {values[i]} for column {Output[i].Name}, which is {Output[i].Type}. Round decimals, or say their digits with [Column(TypeName = \"decimal(18, 2)\")]; "
                        + $"numbers have to be finite and texts whole. The row: {Shown(batch, row)}.");
                }
            }
        }

        return columns;
    }

    private object?[] Call(ChangeBatch batch, int row)
    {
        var parameter = rows.Make(batch, row);
        try
        {
            return call(parameter) ?? throw new RowFunctionException($"{name}: the function \"{version}\" gives null in place of a row. Drop rows with Where before or after it. The row: {Shown(batch, row)}.");
        }
        catch (Exception error) when (error is not (CdcLakeException or OutOfMemoryException))
        {
            throw new RowFunctionException($"{name}: the function \"{version}\" failed: {error.Message} The row: {Shown(batch, row)}.", error);
        }
    }

    private static string Shown(ChangeBatch batch, int row)
    {
        var text = string.Join(", ", batch.Schema.Fields.Select((f, i) => $"{f.Name} = {(batch[i].IsNull(row) ? "NULL" : CellText.Of(batch[i], row))}"));
        return text.Length > MostShown ? text[..MostShown] + "…" : text;
    }
}
