using CdcLake.Iceberg.Spec;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Tables;

/// <summary>One version of a table as its catalog loaded it. Immutable.</summary>
/// <param name="Identifier">Name of the table.</param>
/// <param name="Metadata">What the version says.</param>
/// <param name="MetadataLocation">Absolute URI of its metadata file.</param>
/// <param name="Files">Where the table's files are read and written.</param>
internal sealed record CatalogTable(TableIdentifier Identifier, TableMetadata Metadata, string MetadataLocation, FileIO Files);
