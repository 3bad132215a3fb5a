namespace CdcLake.MySql.InitialSnapshots;

/// <summary>A table is not any more what it was described as when the plan was made. Whoever reads it describes it again, or tells the user.</summary>
internal sealed class TableRedefinedException(string message) : Exception(message);
