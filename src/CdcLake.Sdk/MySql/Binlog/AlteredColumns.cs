using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.MySql.Binlog;

/// <summary>Tells whether what a clause of ALTER TABLE changes is read by anybody.</summary>
internal static class AlteredColumns
{
    /// <param name="clause">The clause.</param>
    /// <param name="capture">What is read of the table.</param>
    /// <returns>False when rows and values that are read certainly stay what they are.</returns>
    public static bool AreRead(AlterClause clause, TableCapture capture) => clause.Kind switch
    {
        AlterKind.Nothing or AlterKind.MovePartitions or AlterKind.ChangeDefaultText => false,
        AlterKind.ChangeDefault => capture.Table.Completion is not null && capture.Schema.Fields.Any(f => clause.MayName(f.Name)),
        AlterKind.DropForeignKey => capture.Table.ForeignKeys.Count > 0,
        AlterKind.AddColumn => capture.ReadsAll,
        AlterKind.DropColumn or AlterKind.ChangeColumn or AlterKind.RenameColumn =>
            capture.ReadsAll || capture.Schema.Fields.Any(f => clause.MayName(f.Name)) || (clause.Kind == AlterKind.ChangeColumn && capture.Columns.Any(capture.Table.Generated.Contains)),
        AlterKind.ConvertText => capture.Schema.Fields.Any(f => f.Type.Kind == TypeKind.String),
        _ => true,
    };
}
