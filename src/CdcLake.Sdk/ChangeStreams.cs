using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>Where streams begin.</summary>
internal static class ChangeStreams
{
    /// <summary>The changes of a table.</summary>
    /// <param name="source">Identity of the server: tables with the same object share one position.</param>
    /// <param name="table">Qualified name, <c>appdb.sales</c>.</param>
    /// <typeparam name="T">Row type; <see cref="Row"/> for an untyped table.</typeparam>
    public static ChangeStream<T> FromTable<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(ISourceTarget source, string table)
    {
        var mapping = typeof(T) == typeof(Row) ? null : RowMembers.Of(typeof(T));
        return new ChangeStream<T>(new StreamGraph(), LogicalStream.Table(source, table, mapping));
    }
}
