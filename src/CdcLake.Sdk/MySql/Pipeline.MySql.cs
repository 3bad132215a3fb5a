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

    /// <summary>Starts a stream of the changes of all tables of a database: their rows as they are at one position, then every change to them, and of the tables themselves.</summary>
    /// <param name="database">From <see cref="MySqlSource.Database"/>.</param>
    public static DatabaseStream FromMySqlBinlog(MySqlDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return new DatabaseStream(database);
    }
}
