using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire;

/// <summary>A statement the server keeps for one connection.</summary>
/// <param name="Text">As it was prepared, for messages.</param>
/// <param name="Id">The server's number for it.</param>
/// <param name="ParameterCount">Placeholders.</param>
/// <param name="Columns">Columns of its rows; the definitions that come with each execution are the ones to trust.</param>
internal sealed record PreparedStatement(string Text, uint Id, int ParameterCount, ColumnDefinition41[] Columns);
