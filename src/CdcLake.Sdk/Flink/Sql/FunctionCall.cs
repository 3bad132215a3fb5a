using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>A call of a function of the table.</summary>
/// <param name="Place">Where.</param>
/// <param name="Call">The call.</param>
/// <param name="Arguments">Its arguments in SQL.</param>
internal sealed record FunctionCall(Place Place, BoundCall Call, IReadOnlyList<SqlValue> Arguments)
{
    public string this[int argument] => Arguments[argument].Text;

    /// <summary>An argument beside an operator.</summary>
    public string Operand(int argument) => Arguments[argument].Operand;

    /// <summary>An integer as Flink's functions take them.</summary>
    public string Int(int argument) => Arguments[argument].To(DataType.Int32).Text;

    /// <summary>What the function was made with.</summary>
    public T Made<T>(int part) => (T)Call.Function!.With[part];

    public FlinkTranslationException Refuse(string reason) => Place.Refuse($"{Call.Function!.Kind} in \"{Call.Text}\"", reason);
}
