using System.Diagnostics.CodeAnalysis;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <content>Where streams over MySQL begin.</content>
public sealed partial class Pipeline
{
    /// <summary>Starts a stream of the changes of a table: its rows as they are, then every change to them.</summary>
    /// <param name="table">From <see cref="MySqlSource.Table{T}(string)"/>, or <see cref="MySqlSource.Table(string)"/> where columns and key come from MySQL.</param>
    public static ChangeStream<T> FromMySqlBinlog<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(MySqlTable<T> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.AsStream();
    }
}
