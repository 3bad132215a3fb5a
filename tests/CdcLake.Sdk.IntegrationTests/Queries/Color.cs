namespace CdcLake.IntegrationTests.Queries;

/// <summary>As the column's ENUM('Red','Green','Blue') counts them; by their names they are in another order.</summary>
internal enum Color
{
    Red = 1,
    Green = 2,
    Blue = 3,
}
